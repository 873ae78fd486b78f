//! A map from names that is cheap to copy and to change, because every command of a script has a state of its own.
//!
//! Copies share everything but what was changed since: names are spread over a fixed number of buckets by a hash, and a change
//! copies one bucket. What two copies still share is not looked at when they are compared or joined, so a script of n commands
//! that assigns n variables takes far fewer than n * n steps.

use alloc::{collections::BTreeMap, rc::Rc, vec, vec::Vec};

const BUCKETS: usize = 64;

type Bucket<V> = BTreeMap<Rc<[u8]>, Rc<V>>;

/// What names stand for.
#[derive(Debug)]
pub(super) struct Names<V> {
    /// No buckets at all where there is no name.
    buckets: Rc<Vec<Rc<Bucket<V>>>>,
}

impl<V> Clone for Names<V> {
    fn clone(&self) -> Self {
        Self { buckets: self.buckets.clone() }
    }
}

impl<V> Default for Names<V> {
    fn default() -> Self {
        Self { buckets: Rc::default() }
    }
}

impl<V: PartialEq> PartialEq for Names<V> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.buckets, &other.buckets)
            || (0..BUCKETS).all(|index| match (self.bucket(index), other.bucket(index)) {
                (Some(a), Some(b)) => Rc::ptr_eq(a, b) || same(a, b),
                (a, b) => a.or(b).is_none_or(|one| one.is_empty()),
            })
    }
}

fn same<V: PartialEq>(a: &Bucket<V>, b: &Bucket<V>) -> bool {
    a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(x, y)| alike(x, y))
}

fn alike<V: PartialEq>(a: &Rc<V>, b: &Rc<V>) -> bool {
    Rc::ptr_eq(a, b) || a == b
}

impl<V> Names<V> {
    pub(super) fn get(&self, name: &[u8]) -> Option<&V> {
        self.bucket(place(name))?.get(name).map(|value| &**value)
    }

    pub(super) fn contains(&self, name: &[u8]) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn insert(&mut self, name: &[u8], value: V) {
        if let Some(bucket) = self.bucket_mut(place(name)) {
            bucket.insert(name.into(), Rc::new(value));
        }
    }

    pub(super) fn remove(&mut self, name: &[u8]) {
        if self.contains(name)
            && let Some(bucket) = self.bucket_mut(place(name))
        {
            bucket.remove(name);
        }
    }

    fn bucket(&self, index: usize) -> Option<&Rc<Bucket<V>>> {
        self.buckets.get(index)
    }

    /// A bucket that belongs to this map alone; never `None` for an index below [`BUCKETS`].
    fn bucket_mut(&mut self, index: usize) -> Option<&mut Bucket<V>> {
        if self.buckets.is_empty() {
            let empty: Rc<Bucket<V>> = Rc::default();
            self.buckets = Rc::new(vec![empty; BUCKETS]);
        }
        Rc::make_mut(&mut self.buckets).get_mut(index).map(Rc::make_mut)
    }
}

impl<V: Clone + PartialEq> Names<V> {
    /// Changes every value.
    pub(super) fn each(&mut self, change: impl Fn(&mut V)) {
        for index in 0..self.buckets.len() {
            for value in self.bucket_mut(index).into_iter().flat_map(BTreeMap::values_mut) {
                change(Rc::make_mut(value));
            }
        }
    }

    /// Changes one value, where the name is there.
    pub(super) fn change(&mut self, name: &[u8], change: impl FnOnce(&mut V)) {
        if self.contains(name)
            && let Some(value) = self.bucket_mut(place(name)).and_then(|bucket| bucket.get_mut(name))
        {
            change(Rc::make_mut(value));
        }
    }

    /// Joins every name of either map by `join`; a name that has the same value in both keeps it.
    pub(super) fn join(&mut self, other: &Self, join: impl Fn(Option<&V>, Option<&V>) -> V) {
        if Rc::ptr_eq(&self.buckets, &other.buckets) {
            return;
        }
        for index in 0..BUCKETS {
            let (mine, theirs) = (self.bucket(index), other.bucket(index));
            if let (Some(a), Some(b)) = (mine, theirs)
                && Rc::ptr_eq(a, b)
            {
                continue;
            }
            let mut all: Vec<Rc<[u8]>> = mine.into_iter().flat_map(|b| b.keys().cloned()).collect();
            let known = |name: &[u8]| mine.is_some_and(|bucket| bucket.contains_key(name));
            all.extend(theirs.into_iter().flat_map(|b| b.keys()).filter(|name| !known(name)).cloned());
            for name in all {
                let of = |map: &'_ Self| map.bucket(index).and_then(|bucket| bucket.get(&name)).cloned();
                let joined = match (of(self), of(other)) {
                    (Some(a), Some(b)) if alike(&a, &b) => continue,
                    (a, b) => join(a.as_deref(), b.as_deref()),
                };
                if let Some(bucket) = self.bucket_mut(index) {
                    bucket.insert(name, Rc::new(joined));
                }
            }
        }
    }
}

/// The bucket of a name: FNV-1a, because names come in series (`v1`, `v2`).
fn place(name: &[u8]) -> usize {
    let hash = name.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 15) as usize % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::Names;
    use alloc::{format, string::String, vec::Vec};

    fn of(names: &[(&str, u32)]) -> Names<u32> {
        let mut map = Names::default();
        for (name, value) in names {
            map.insert(name.as_bytes(), *value);
        }
        map
    }

    #[test]
    fn a_copy_is_not_changed() {
        let mut map = Names::default();
        let names: Vec<String> = (0..500).map(|n| format!("v{n}")).collect();
        for (name, n) in names.iter().zip(0..) {
            map.insert(name.as_bytes(), n);
        }
        let copy = map.clone();
        map.insert(b"v7", 1000);
        assert_eq!((copy.get(b"v7"), map.get(b"v7"), map.get(b"v499")), (Some(&7), Some(&1000), Some(&499)));
        assert!(copy != map);
        map.insert(b"v7", 7);
        assert!(copy == map);
        map.insert(b"w", 7);
        assert!(copy != map);
    }

    #[test]
    fn joining_sees_every_name_of_both_once() {
        let mut map = of(&[("a", 1), ("b", 2), ("same", 5)]);
        let other = of(&[("b", 3), ("c", 4), ("same", 5)]);
        map.join(&other, |a, b| a.map_or(100, |a| *a) * 1000 + b.map_or(100, |b| *b));
        assert!(map == of(&[("a", 1100), ("b", 2003), ("c", 100_004), ("same", 5)]));
        let mut empty = Names::default();
        empty.join(&of(&[("a", 1)]), |_, b| b.map_or(0, |b| *b));
        assert!(empty == of(&[("a", 1)]));
    }

    #[test]
    fn changing_does_not_make_names() {
        let mut map = of(&[("a", 1)]);
        map.change(b"a", |v| *v += 1);
        map.change(b"b", |v| *v += 1);
        map.each(|v| *v *= 10);
        assert!(map == of(&[("a", 20)]));
        assert!(Names::<u32>::default() == Names::default());
    }
}
