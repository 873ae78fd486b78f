//! Changes of a text that may stand inside one another, applied together.

/// A change: what comes before and after a stretch of the text, and what takes the place of the operator inside it.
#[derive(Clone, Debug)]
pub struct Edit {
    pub start: usize,
    pub end: usize,
    pub prefix: String,
    pub suffix: String,
    pub operator: Option<(usize, usize, String)>,
    /// The mutants that it plants.
    pub numbers: Vec<usize>,
}

struct Insertion<'a> {
    at: usize,
    length: usize,
    /// At one place: what ends comes first, the inner before the outer; then what begins, the outer before the inner.
    order: (usize, i64, i64),
    text: &'a str,
    edit: usize,
}

/// The changed text, and where each change is in it.
pub fn apply(source: &str, edits: &[Edit]) -> (String, Vec<(usize, usize)>) {
    let mut insertions = Vec::new();
    for (edit, e) in edits.iter().enumerate() {
        let mut push = |at: usize, length: usize, order: (usize, i64, i64), text| {
            insertions.push(Insertion { at, length, order, text, edit });
        };
        let (start, end, rank) = (e.start as i64, e.end as i64, edit as i64);
        if e.start == e.end {
            push(e.start, 0, (0, 0, rank), e.prefix.as_str());
        } else {
            push(e.start, 0, (2, -end, rank), e.prefix.as_str());
            push(e.end, 0, (1, -start, -rank), e.suffix.as_str());
        }
        if let Some((from, to, text)) = &e.operator {
            push(*from, to - from, (3, 0, 0), text.as_str());
        }
    }
    insertions.sort_by_key(|i| (i.at, i.order));
    let (mut copy, mut at) = (String::new(), 0);
    let mut places = vec![(usize::MAX, 0); edits.len()];
    for i in &insertions {
        copy.push_str(&source[at..i.at]);
        at = i.at + i.length;
        let place = &mut places[i.edit];
        place.0 = place.0.min(copy.len());
        copy.push_str(i.text);
        place.1 = place.1.max(copy.len());
    }
    copy.push_str(&source[at..]);
    (copy, places)
}
