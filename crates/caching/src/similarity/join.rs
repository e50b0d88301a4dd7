use super::space::{Dense, SLACK, Space, Sparse, jaccard, needed, overlap};

/// Where a prompt may be found: under each of its rarest terms.
#[derive(Clone, Copy)]
struct Posting {
    prompt: u32,
    /// How many terms the prompt has if it is a set; of a vector, the bits of the
    /// length of what stands from this term on.
    size: u32,
    /// Which of its terms this is, from the rarest.
    at: u32,
}

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
}

impl Wanted<'_> {
    /// The lowest threshold for which an answer is still looked for.
    fn lowest(&self) -> f64 {
        self.thresholds.get(self.open.trailing_zeros() as usize).copied().unwrap_or(1.0)
    }

    /// How similar a prompt must be to be of use; `None` if it is of none.
    fn least(&self, prompt: u32) -> Option<f64> {
        let useful = self.kept[prompt as usize] & self.open;
        let of_scope = self.scope[prompt as usize] == self.same;
        (useful != 0 && of_scope).then(|| self.thresholds[useful.trailing_zeros() as usize])
    }
}

/// An exact index of prompts by similarity.
///
/// A prompt is put under its rarest terms only, as many as its own threshold needs: two prompts that share none
/// of them share too few. Terms are rare first, so few prompts lie under one. What the sizes, and the places at
/// which the first shared term stands, leave possible is then compared in full.
pub(super) struct Index<'a> {
    space: &'a Space,
    postings: Vec<Vec<Posting>>,
    /// How many terms of a prompt are in the index.
    indexed: Vec<u32>,
    /// The search that looked at a prompt last.
    looked: Vec<u32>,
    searches: u32,
    shared: Vec<u32>,
    /// All prompts of a dense space.
    all: Vec<u32>,
}

impl<'a> Index<'a> {
    pub fn new(space: &'a Space, prompts: usize) -> Index<'a> {
        let kinds = match space {
            Space::Sparse(sparse) => sparse.kinds,
            Space::Dense(_) => 0,
        };
        Index {
            space,
            postings: vec![Vec::new(); kinds],
            indexed: vec![0; prompts],
            looked: vec![0; prompts],
            searches: 0,
            shared: Vec::new(),
            all: Vec::new(),
        }
    }

    /// Makes a prompt one that searches find if it is at least this similar.
    pub fn insert(&mut self, prompt: u32, least: f64) {
        let indexed = &mut self.indexed[prompt as usize];
        match self.space {
            Space::Sparse(sparse) => {
                let terms = sparse.terms(prompt);
                let tails = (!sparse.is_sets()).then(|| &sparse.tails[sparse.range(prompt)]);
                for at in *indexed as usize..sparse.prefix(prompt, least) {
                    let size = tails.map_or(terms.len() as u32, |tails| tails[at].to_bits());
                    let posting = Posting { prompt, size, at: at as u32 };
                    self.postings[terms[at] as usize].push(posting);
                    *indexed = at as u32 + 1;
                }
            }
            Space::Dense(_) => {
                if *indexed == 0 {
                    *indexed = 1;
                    self.all.push(prompt);
                }
            }
        }
    }

    /// Puts into `found` each prompt that is wanted and similar enough to this one, with its similarity: the most
    /// similar first, of several the one that appeared first.
    pub fn search(&mut self, prompt: u32, wanted: &Wanted, found: &mut Vec<(f64, u32)>) {
        found.clear();
        self.searches += 1;
        match self.space {
            Space::Sparse(sparse) if sparse.is_sets() => self.search_sets(sparse, prompt, wanted, found),
            Space::Sparse(sparse) => self.search_vectors(sparse, prompt, wanted, found),
            Space::Dense(dense) => self.search_dense(dense, prompt, wanted, found),
        }
        found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }

    fn search_sets(&mut self, sparse: &Sparse, prompt: u32, wanted: &Wanted, found: &mut Vec<(f64, u32)>) {
        let lowest = wanted.lowest();
        let terms = sparse.terms(prompt);
        let size = terms.len();
        let smallest = needed(lowest, size);
        let largest = (size as f64 / lowest + 1e-9) as usize;
        // For sets of each size in question: how many terms must be shared.
        self.shared.clear();
        let share = |least: f64, other: usize| needed(least / (1.0 + least), size + other);
        self.shared.extend((smallest..=largest).map(|other| share(lowest, other) as u32));
        let size_ = size as u32;
        for (at, term) in terms.iter().enumerate().take(sparse.prefix(prompt, lowest)) {
            let rest = size_ - at as u32;
            for posting in &self.postings[*term as usize] {
                let Some(&shared) = self.shared.get((posting.size as usize).wrapping_sub(smallest)) else {
                    continue;
                };
                // If too few terms are left from the first shared one on, fewer will be from the second.
                if rest < shared || posting.size - posting.at < shared {
                    continue;
                }
                let other = posting.prompt;
                let looked = &mut self.looked[other as usize];
                if std::mem::replace(looked, self.searches) == self.searches {
                    continue;
                }
                let Some(least) = wanted.least(other) else { continue };
                let other_size = posting.size as usize;
                let shared = if least > lowest { share(least, other_size) } else { shared as usize };
                if sparse.apart(prompt, other) + 2 * shared > size + other_size {
                    continue;
                }
                // Before this term they share none, or they would have met there.
                let overlap = overlap(&terms[at..], &sparse.terms(other)[posting.at as usize..], shared);
                let similarity = jaccard(overlap, size, other_size);
                if similarity >= least {
                    found.push((similarity, other));
                }
            }
        }
    }

    fn search_vectors(&mut self, sparse: &Sparse, prompt: u32, wanted: &Wanted, found: &mut Vec<(f64, u32)>) {
        let lowest = wanted.lowest();
        let (terms, tails) = (sparse.terms(prompt), &sparse.tails[sparse.range(prompt)]);
        for (at, term) in terms.iter().enumerate().take(sparse.prefix(prompt, lowest)) {
            let tail = f64::from(tails[at]);
            for posting in &self.postings[*term as usize] {
                // If too little is left from the first shared term on, less will be from the second.
                let most = tail * f64::from(f32::from_bits(posting.size)) + SLACK;
                if most < lowest {
                    continue;
                }
                let other = posting.prompt;
                let looked = &mut self.looked[other as usize];
                if std::mem::replace(looked, self.searches) == self.searches {
                    continue;
                }
                let Some(least) = wanted.least(other).filter(|least| most >= *least) else { continue };
                let similarity = sparse.dot(prompt, other, (at, posting.at as usize), least);
                if similarity >= least {
                    found.push((similarity, other));
                }
            }
        }
    }

    fn search_dense(&mut self, dense: &Dense, prompt: u32, wanted: &Wanted, found: &mut Vec<(f64, u32)>) {
        for &other in &self.all {
            let Some(least) = wanted.least(other) else { continue };
            if let Some(similarity) = dense.at_least(prompt, other, least) {
                found.push((similarity, other));
            }
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
    let mut index = Index::new(space, prompts as usize);
    let kept = vec![1; prompts as usize];
    let scope = vec![0; prompts as usize];
    let thresholds = [least.max(f64::MIN_POSITIVE)];
    let wanted = Wanted { kept: &kept, open: 1, thresholds: &thresholds, scope: &scope, same: 0 };
    let (mut found, mut pairs) = (Vec::new(), Vec::new());
    for second in 0..prompts {
        index.search(second, &wanted, &mut found);
        pairs.extend(found.iter().map(|&(similarity, first)| Pair { first, second, similarity }));
        index.insert(second, thresholds[0]);
    }
    pairs
}
