//! A map from names that is cheap to copy and to change, because every command of a script has a state of its own.
//!
//! Copies share everything but what was changed since. A few names are one list, which a change copies; many are spread over a
//! fixed number of buckets by a hash, and a change copies one bucket. What two copies still share is not looked at when they are
//! compared or joined, so a script of n commands that assigns n variables takes far fewer than n * n steps.

use alloc::{collections::BTreeMap, rc::Rc, vec::Vec};

const BUCKETS: usize = 64;
/// With more names than this there are buckets.
const FEW: usize = 16;

type Bucket<V> = BTreeMap<Rc<[u8]>, Rc<V>>;

/// What names stand for.
#[derive(Debug)]
pub(super) struct Names<V> {
    kept: Kept<V>,
}

#[derive(Debug)]
enum Kept<V> {
    /// In order.
    Few(Rc<Vec<Named<V>>>),
    Many(Rc<Vec<Rc<Bucket<V>>>>),
}

type Named<V> = (Rc<[u8]>, Rc<V>);

impl<V> Clone for Names<V> {
    fn clone(&self) -> Self {
        let kept = match &self.kept {
            Kept::Few(list) => Kept::Few(list.clone()),
            Kept::Many(buckets) => Kept::Many(buckets.clone()),
        };
        Self { kept }
    }
}

impl<V> Default for Names<V> {
    fn default() -> Self {
        Self { kept: Kept::Few(Rc::default()) }
    }
}

impl<V: PartialEq> PartialEq for Names<V> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, x): &Named<V>, (b, y): &Named<V>| a == b && alike(x, y);
        match (&self.kept, &other.kept) {
            (Kept::Few(a), Kept::Few(b)) => {
                Rc::ptr_eq(a, b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)))
            }
            (Kept::Many(a), Kept::Many(b)) => {
                Rc::ptr_eq(a, b) || a.iter().zip(b.iter()).all(|(a, b)| Rc::ptr_eq(a, b) || equal(a, b))
            }
            (Kept::Few(few), Kept::Many(many)) | (Kept::Many(many), Kept::Few(few)) => {
                let found = |name: &[u8]| many.get(place(name)).and_then(|bucket| bucket.get(name));
                many.iter().map(|bucket| bucket.len()).sum::<usize>() == few.len()
                    && few.iter().all(|(name, value)| found(name).is_some_and(|other| alike(other, value)))
            }
        }
    }
}

fn equal<V: PartialEq>(a: &Bucket<V>, b: &Bucket<V>) -> bool {
    a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(x, y)| alike(x, y))
}

fn alike<V: PartialEq>(a: &Rc<V>, b: &Rc<V>) -> bool {
    Rc::ptr_eq(a, b) || a == b
}

fn find<V>(list: &[Named<V>], name: &[u8]) -> Result<usize, usize> {
    list.binary_search_by(|(known, _)| (**known).cmp(name))
}

impl<V> Names<V> {
    pub(super) fn get(&self, name: &[u8]) -> Option<&V> {
        self.value(name).map(|value| &**value)
    }

    fn value(&self, name: &[u8]) -> Option<&Rc<V>> {
        match &self.kept {
            Kept::Few(list) => list.get(find(list, name).ok()?).map(|(_, value)| value),
            Kept::Many(buckets) => buckets.get(place(name))?.get(name),
        }
    }

    pub(super) fn contains(&self, name: &[u8]) -> bool {
        self.value(name).is_some()
    }

    pub(super) fn insert(&mut self, name: &[u8], value: V) {
        self.put(name, Rc::new(value));
    }

    fn put(&mut self, name: &[u8], value: Rc<V>) {
        if let Kept::Few(list) = &mut self.kept {
            match find(list, name) {
                Ok(at) => {
                    if let Some((_, before)) = Rc::make_mut(list).get_mut(at) {
                        *before = value;
                    }
                    return;
                }
                Err(at) if list.len() < FEW => return Rc::make_mut(list).insert(at, (name.into(), value)),
                Err(_) => {}
            }
        }
        if let Some(bucket) = self.bucket_mut(place(name)) {
            bucket.insert(name.into(), value);
        }
    }

    pub(super) fn remove(&mut self, name: &[u8]) {
        if !self.contains(name) {
            return;
        }
        match &mut self.kept {
            Kept::Few(list) => Rc::make_mut(list).retain(|(known, _)| **known != *name),
            Kept::Many(_) => {
                if let Some(bucket) = self.bucket_mut(place(name)) {
                    bucket.remove(name);
                }
            }
        }
    }

    /// A bucket that belongs to this map alone; never `None` for an index below [`BUCKETS`].
    fn bucket_mut(&mut self, index: usize) -> Option<&mut Bucket<V>> {
        if let Kept::Few(list) = &self.kept {
            self.kept = Kept::Many(Rc::new(spread(list)));
        }
        match &mut self.kept {
            Kept::Many(buckets) => Rc::make_mut(buckets).get_mut(index).map(Rc::make_mut),
            Kept::Few(_) => None,
        }
    }
}

/// The buckets that hold the names of a list.
fn spread<V>(list: &[Named<V>]) -> Vec<Rc<Bucket<V>>> {
    let mut buckets: Vec<Bucket<V>> = Vec::new();
    buckets.resize_with(BUCKETS, Bucket::new);
    for (name, value) in list {
        if let Some(bucket) = buckets.get_mut(place(name)) {
            bucket.insert(name.clone(), value.clone());
        }
    }
    buckets.into_iter().map(Rc::new).collect()
}

impl<V: Clone + PartialEq> Names<V> {
    /// The names that do not stand for the same in both.
    pub(super) fn changed(&self, other: &Self) -> Vec<Rc<[u8]>> {
        let differs = |name: &Rc<[u8]>| match (self.value(name), other.value(name)) {
            (Some(one), Some(other)) => !alike(one, other),
            (one, other) => one.is_some() || other.is_some(),
        };
        let mut changed: Vec<Rc<[u8]>> = Vec::new();
        for names in [self, other] {
            names.all(|name, _| {
                if differs(name) {
                    changed.push(name.clone());
                }
            });
        }
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// Changes every value.
    pub(super) fn each(&mut self, change: impl Fn(&mut V)) {
        match &mut self.kept {
            Kept::Few(list) if list.is_empty() => {}
            Kept::Few(list) => Rc::make_mut(list).iter_mut().for_each(|(_, value)| change(Rc::make_mut(value))),
            Kept::Many(buckets) => {
                for bucket in Rc::make_mut(buckets) {
                    for value in Rc::make_mut(bucket).values_mut() {
                        change(Rc::make_mut(value));
                    }
                }
            }
        }
    }

    /// Changes one value, where the name is there.
    pub(super) fn change(&mut self, name: &[u8], change: impl FnOnce(&mut V)) {
        if let Some(value) = self.value(name) {
            let mut value = (**value).clone();
            change(&mut value);
            self.insert(name, value);
        }
    }

    /// Joins every name of either map by `join`; a name that has the same value in both keeps it.
    pub(super) fn join(&mut self, other: &Self, join: impl Fn(Option<&V>, Option<&V>) -> V) {
        let mut changed: Vec<Named<V>> = Vec::new();
        let mut one = |name: &Rc<[u8]>, mine: Option<&Rc<V>>, theirs: Option<&Rc<V>>| match (mine, theirs) {
            (Some(a), Some(b)) if alike(a, b) => {}
            (a, b) => {
                let (a, b) = (a.map(|value| &**value), b.map(|value| &**value));
                changed.push((name.clone(), Rc::new(join(a, b))));
            }
        };
        match (&self.kept, &other.kept) {
            (Kept::Few(a), Kept::Few(b)) if Rc::ptr_eq(a, b) => return,
            (Kept::Many(a), Kept::Many(b)) => {
                for (mine, theirs) in a.iter().zip(b.iter()).filter(|(a, b)| !Rc::ptr_eq(a, b)) {
                    mine.iter().for_each(|(name, value)| one(name, Some(value), theirs.get(name)));
                    theirs
                        .iter()
                        .filter(|(name, _)| !mine.contains_key(*name))
                        .for_each(|(name, value)| one(name, None, Some(value)));
                }
            }
            _ => {
                self.all(|name, value| one(name, Some(value), other.value(name)));
                other.all(|name, value| {
                    if !self.contains(name) {
                        one(name, None, Some(value));
                    }
                });
            }
        }
        for (name, value) in changed {
            self.put(&name, value);
        }
    }

    fn all(&self, mut each: impl FnMut(&Rc<[u8]>, &Rc<V>)) {
        match &self.kept {
            Kept::Few(list) => list.iter().for_each(|(name, value)| each(name, value)),
            Kept::Many(buckets) => {
                buckets.iter().flat_map(|bucket| bucket.iter()).for_each(|(name, value)| each(name, value));
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
    fn few_names_and_many_are_compared_and_joined_alike() {
        let names: Vec<String> = (0..40).map(|n| format!("v{n}")).collect();
        let (mut few, mut many) = (Names::default(), Names::default());
        for (name, n) in names.iter().zip(0..40) {
            many.insert(name.as_bytes(), n);
            if n < 10 {
                few.insert(name.as_bytes(), n);
            }
        }
        let sum = |a: Option<&i32>, b: Option<&i32>| a.unwrap_or(&100) + b.unwrap_or(&100);
        let (mut one, mut other) = (few.clone(), many.clone());
        one.join(&many, sum);
        other.join(&few, sum);
        assert!(one == other && one != many);
        assert_eq!((one.get(b"v3"), one.get(b"v39")), (Some(&3), Some(&139)));
        for name in names.iter().skip(10) {
            many.remove(name.as_bytes());
        }
        assert!(few == many);
        assert!(many == few);
        many.insert(b"v3", 7);
        assert!(few != many);
        assert!(many != few);
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
