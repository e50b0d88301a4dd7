use super::{
    postings::{Sets, Vectors},
    scan::Scan,
    space::{Dense, Space},
};

/// What a search looks for.
pub(super) struct Wanted<'a> {
    /// For each prompt, the thresholds for which it is kept, as bits.
    pub kept: &'a [u64],
    /// The thresholds for which an answer is still looked for.
    pub open: u64,
    /// The thresholds, rising.
    pub thresholds: &'a [f64],
    /// For each prompt, what has to be the same beside it.
    pub scope: &'a [u32],
    /// What has to be the same this time.
    pub same: u32,
    /// Whether the most similar prompt of each threshold is enough, the first of several: then what is less similar
    /// than those that were found need not be.
    pub best: bool,
}

impl Wanted<'_> {
    /// The lowest threshold for which an answer is still looked for.
    pub(super) fn lowest(&self) -> f64 {
        self.thresholds.get(self.open.trailing_zeros() as usize).copied().unwrap_or(1.0)
    }

    /// How similar a prompt must be to be of use; `None` if it is of none.
    pub(super) fn least(&self, prompt: u32) -> Option<f64> {
        let useful = self.kept[prompt as usize] & self.open;
        let of_scope = self.scope[prompt as usize] == self.same;
        (useful != 0 && of_scope).then(|| self.thresholds[useful.trailing_zeros() as usize])
    }
}

/// What a search has found.
pub(super) struct Found<'a> {
    wanted: &'a Wanted<'a>,
    into: &'a mut Vec<(f64, u32)>,
    /// For each threshold, the similarity of what is found for it; 0 for nothing.
    best: [f64; 64],
    /// What is less similar than this is of no use.
    pub floor: f64,
}

impl<'a> Found<'a> {
    fn new(wanted: &'a Wanted<'a>, into: &'a mut Vec<(f64, u32)>) -> Found<'a> {
        Found { wanted, into, best: [0.0; 64], floor: wanted.lowest() }
    }

    /// How similar a prompt must be to be of use; `None` if it is of none.
    pub fn least(&self, prompt: u32) -> Option<f64> {
        self.wanted.least(prompt).map(|least| least.max(self.floor))
    }

    pub fn push(&mut self, similarity: f64, prompt: u32) {
        self.into.push((similarity, prompt));
        if !self.wanted.best || similarity <= self.floor {
            return;
        }
        let useful = self.wanted.kept[prompt as usize] & self.wanted.open;
        let mut lowest = f64::INFINITY;
        let mut open = self.wanted.open;
        while open != 0 {
            let bit = open.trailing_zeros() as usize;
            open &= open - 1;
            let (threshold, best) = (self.wanted.thresholds[bit], &mut self.best[bit]);
            if useful >> bit & 1 != 0 && threshold <= similarity && similarity > *best {
                *best = similarity;
            }
            lowest = lowest.min(best.max(threshold));
        }
        self.floor = lowest;
    }
}

/// An exact index of prompts by similarity.
pub(super) struct Index<'a> {
    space: &'a Space,
    place: Place,
    /// Prompts that a search came upon, each once.
    candidates: Vec<u32>,
}

/// Where the prompts of an index are.
enum Place {
    /// Sets that share a rare term with few others.
    Sets(Sets),
    /// Sets that share their rarest terms with many: to compare sketches of them all takes less.
    Scan(Scan),
    Vectors(Vectors),
    /// All prompts of a dense space, and whether one is among them.
    All(Vec<u32>, Vec<bool>),
}

impl<'a> Index<'a> {
    /// An index of so many prompts of a space. Nobody is going to insert or look for what is less similar than `least`.
    pub fn new(space: &'a Space, prompts: usize, least: f64) -> Index<'a> {
        let place = match space {
            Space::Sparse(sparse) if !sparse.is_sets() => Place::Vectors(Vectors::new(sparse, prompts)),
            Space::Sparse(sparse) if Scan::takes_less(sparse, prompts, least) => {
                Place::Scan(Scan::new(sparse, prompts))
            }
            Space::Sparse(sparse) => Place::Sets(Sets::new(sparse, prompts)),
            Space::Dense(_) => Place::All(Vec::new(), vec![false; prompts]),
        };
        Index { space, place, candidates: Vec::new() }
    }

    /// Makes a prompt one that searches find if it is at least this similar.
    pub fn insert(&mut self, prompt: u32, least: f64) {
        match (&mut self.place, self.space) {
            (Place::Sets(sets), Space::Sparse(sparse)) => sets.insert(sparse, prompt, least),
            (Place::Scan(scan), Space::Sparse(sparse)) => scan.insert(sparse, prompt, least),
            (Place::Vectors(vectors), Space::Sparse(sparse)) => vectors.insert(sparse, prompt, least),
            (Place::All(all, among), _) => {
                let is_known = std::mem::replace(&mut among[prompt as usize], true);
                if !is_known {
                    all.push(prompt);
                }
            }
            _ => {}
        }
    }

    /// Puts into `found` each prompt that is wanted and similar enough to this one, with its similarity: the most
    /// similar first, of several the one that appeared first.
    pub fn search(&mut self, prompt: u32, wanted: &Wanted, into: &mut Vec<(f64, u32)>) {
        into.clear();
        let mut found = Found::new(wanted, into);
        self.find(prompt, wanted, &mut found);
        into.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }

    fn find(&mut self, prompt: u32, wanted: &Wanted, found: &mut Found) {
        self.candidates.clear();
        let into = &mut self.candidates;
        match (&mut self.place, self.space) {
            (Place::Sets(sets), Space::Sparse(sparse)) => return sets.search(sparse, prompt, found),
            (Place::Scan(scan), Space::Sparse(sparse)) => scan.search(sparse, prompt, wanted, into),
            (Place::Vectors(vectors), Space::Sparse(sparse)) => vectors.search(sparse, prompt, wanted, into),
            (Place::All(all, _), Space::Dense(dense)) => return in_dense(dense, all, prompt, found),
            _ => {}
        }
        let Space::Sparse(sparse) = self.space else { return };
        for &other in &self.candidates {
            let Some(least) = found.least(other) else { continue };
            let similarity = sparse.at_least(prompt, other, least);
            if similarity >= least {
                found.push(similarity, other);
            }
        }
    }
}

fn in_dense(dense: &Dense, all: &[u32], prompt: u32, found: &mut Found) {
    for &other in all {
        let Some(least) = found.least(other) else { continue };
        if let Some(similarity) = dense.at_least(prompt, other, least) {
            found.push(similarity, other);
        }
    }
}

/// Two similar prompts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The one that appeared first.
    pub first: u32,
    /// The other.
    pub second: u32,
    /// How similar they are.
    pub similarity: f64,
}

/// All pairs of the first so many prompts of a space that are at least this similar, each once.
pub fn pairs(space: &Space, prompts: u32, least: f64) -> Vec<Pair> {
    let kept = vec![1; prompts as usize];
    let scope = vec![0; prompts as usize];
    let thresholds = [least.max(f64::MIN_POSITIVE)];
    let mut index = Index::new(space, prompts as usize, thresholds[0]);
    let wanted =
        Wanted { kept: &kept, open: 1, thresholds: &thresholds, scope: &scope, same: 0, best: false };
    let (mut found, mut pairs) = (Vec::new(), Vec::new());
    for second in 0..prompts {
        index.search(second, &wanted, &mut found);
        pairs.extend(found.iter().map(|&(similarity, first)| Pair { first, second, similarity }));
        index.insert(second, thresholds[0]);
    }
    pairs
}
