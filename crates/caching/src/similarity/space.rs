use rustc_hash::FxHashMap;

/// A set or a vector for each prompt.
#[derive(Clone, Debug)]
pub enum Space {
    /// Sets of terms, perhaps with weights.
    Sparse(Sparse),
    /// A number for each dimension.
    Dense(Dense),
}

/// Sets or sparse unit vectors. Terms are numbered by rising number of prompts that have them, and stand in that
/// order: the rarest first.
#[derive(Clone, Debug, Default)]
pub struct Sparse {
    starts: Vec<u32>,
    terms: Vec<u32>,
    /// Weights of the terms; empty for sets.
    pub(super) weights: Vec<f32>,
    /// The length of what stands from a term on, as a vector; empty for sets.
    pub(super) tails: Vec<f32>,
    /// For each set so many words of 64 bits, of which each term turns one bit over; see [`Sparse::marks`].
    marks: Vec<u64>,
    pub(super) words: usize,
    /// How many different terms there are.
    pub(super) kinds: usize,
}

/// Unit vectors of one length.
#[derive(Clone, Debug, Default)]
pub struct Dense {
    size: usize,
    values: Vec<f32>,
    /// The length of each vector behind its first [`HEAD`] dimensions.
    tails: Vec<f32>,
}

/// Dimensions that are looked at first.
const HEAD: usize = 32;
/// What rounding may add up to.
pub(super) const SLACK: f64 = 1e-5;

impl Space {
    /// Sets of the terms of texts.
    pub(super) fn sets(texts: &[&str], terms: impl Fn(&str, &mut Vec<u64>)) -> Space {
        let terms: &dyn Fn(&str, &mut Vec<u64>) = &terms;
        Space::Sparse(Sparse::new(texts, terms, None))
    }

    /// Unit vectors of the terms of texts. `weight` makes one of how often a text has the term and how many
    /// texts have it.
    pub(super) fn weighted(
        texts: &[&str],
        terms: impl Fn(&str, &mut Vec<u64>),
        weight: impl Fn(u32, u32) -> f64,
    ) -> Space {
        Space::Sparse(Sparse::new(texts, &terms, Some(&weight)))
    }

    /// Vectors of so many dimensions, brought to length 1. Those of another length or of no length stay 0.
    pub(super) fn dense(size: usize, vectors: impl Iterator<Item = Vec<f32>>) -> Space {
        let mut dense = Dense { size, ..Dense::default() };
        for mut vector in vectors {
            vector.resize(size, 0.0);
            let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
            if !(length.is_finite() && length > 0.0) {
                vector.fill(0.0);
            } else {
                vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
            }
            let tail = vector.iter().skip(HEAD).map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
            dense.tails.push(tail as f32);
            dense.values.extend(vector);
        }
        Space::Dense(dense)
    }

    /// How alike two prompts are, from 0 to 1. Two that have nothing are not alike: 0.
    pub fn similarity(&self, a: u32, b: u32) -> f64 {
        match self {
            Space::Sparse(sparse) => sparse.at_least(a, b, 0.0),
            Space::Dense(dense) => dot(dense.vector(a), dense.vector(b)),
        }
    }
}

impl Sparse {
    fn new(
        texts: &[&str],
        terms_of: &dyn Fn(&str, &mut Vec<u64>),
        weight: Option<&dyn Fn(u32, u32) -> f64>,
    ) -> Sparse {
        let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
        // How many texts have a term, and the hash of the term: of two equally rare ones the order must not
        // depend on anything else.
        let mut frequency: Vec<(u32, u64)> = Vec::new();
        let (mut starts, mut terms, mut counts) = (vec![0], Vec::new(), Vec::new());
        let mut hashes = Vec::new();
        for text in texts {
            hashes.clear();
            terms_of(text, &mut hashes);
            hashes.sort_unstable();
            for same in hashes.chunk_by(|a, b| a == b) {
                let next = frequency.len() as u32;
                let number = *numbers.entry(same[0]).or_insert(next);
                if number == next {
                    frequency.push((0, same[0]));
                }
                frequency[number as usize].0 += 1;
                terms.push(number);
                if weight.is_some() {
                    counts.push(same.len() as u32);
                }
            }
            starts.push(terms.len() as u32);
        }
        drop(numbers);
        let mut order: Vec<u32> = (0..frequency.len() as u32).collect();
        order.sort_unstable_by_key(|term| frequency[*term as usize]);
        let mut ranks = vec![0; order.len()];
        order.iter().enumerate().for_each(|(rank, term)| ranks[*term as usize] = rank as u32);

        let mut sparse = Sparse { kinds: order.len(), ..Sparse::default() };
        match weight {
            None => {
                terms.iter_mut().for_each(|term| *term = ranks[*term as usize]);
                // One less than a power of two: there is room for a word beside them.
                sparse.words =
                    (terms.len() / texts.len().max(1) / 24 + 1).next_power_of_two().clamp(4, 32) - 1;
                sparse.marks = vec![0; texts.len() * sparse.words];
                for (range, marks) in starts.windows(2).zip(sparse.marks.chunks_exact_mut(sparse.words)) {
                    let terms = &mut terms[range[0] as usize..range[1] as usize];
                    terms.sort_unstable();
                    for term in terms {
                        let bit = (u64::from(*term).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize;
                        marks[bit / 64 % sparse.words] ^= 1 << (bit % 64);
                    }
                }
            }
            Some(weight) => {
                for range in starts.windows(2) {
                    let range = range[0] as usize..range[1] as usize;
                    let weigh = |at: usize| {
                        let term = terms[at] as usize;
                        (ranks[term], weight(counts[at], frequency[term].0))
                    };
                    let mut weighed: Vec<(u32, f64)> = range.clone().map(weigh).collect();
                    weighed.sort_unstable_by_key(|(rank, _)| *rank);
                    let length = weighed.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
                    let mut tail = 0.0;
                    let mut tails: Vec<f32> = Vec::with_capacity(range.len());
                    for (at, (rank, weight)) in range.zip(weighed) {
                        terms[at] = rank;
                        sparse.weights.push((weight / length) as f32);
                        tails.push((weight / length) as f32);
                    }
                    for value in tails.iter_mut().rev() {
                        tail += f64::from(*value) * f64::from(*value);
                        *value = f64::sqrt(tail) as f32;
                    }
                    sparse.tails.extend(tails);
                }
            }
        }
        (sparse.starts, sparse.terms) = (starts, terms);
        sparse
    }

    pub(super) fn is_sets(&self) -> bool {
        self.weights.is_empty()
    }

    pub(super) fn range(&self, prompt: u32) -> std::ops::Range<usize> {
        self.starts[prompt as usize] as usize..self.starts[prompt as usize + 1] as usize
    }

    pub(super) fn terms(&self, prompt: u32) -> &[u32] {
        &self.terms[self.range(prompt)]
    }

    /// How many of the rarest terms of a prompt must be looked at so that nothing that is at least this similar
    /// is overlooked: two that share none of them share too little.
    pub(super) fn prefix(&self, prompt: u32, least: f64) -> usize {
        let range = self.range(prompt);
        let size = range.len();
        if self.is_sets() {
            return size - (needed(least, size) - 1).min(size);
        }
        let tails = &self.tails[range];
        tails.partition_point(|tail| f64::from(*tail) >= least - SLACK)
    }

    /// The sketch of a set. At least as many terms as bits of two sketches differ does one of two sets have that the
    /// other has not: a bit that differs was turned by one of them.
    pub(super) fn marks(&self, prompt: u32) -> &[u64] {
        &self.marks[prompt as usize * self.words..][..self.words]
    }

    /// How alike two prompts are; anything below `least` where they are less.
    pub(super) fn at_least(&self, a: u32, b: u32, least: f64) -> f64 {
        if !self.is_sets() {
            return self.dot(a, b, least);
        }
        let (a, b) = (self.terms(a), self.terms(b));
        jaccard(overlap(a, b, shared(least, a.len() + b.len())), a.len(), b.len())
    }

    /// The product of two vectors; anything below `least` where it is. The sum always goes from the rarest term to
    /// the most frequent.
    pub(super) fn dot(&self, a: u32, b: u32, least: f64) -> f64 {
        let (range_a, range_b) = (self.range(a), self.range(b));
        let (terms_a, terms_b) = (&self.terms[range_a.clone()], &self.terms[range_b.clone()]);
        let (weights_a, weights_b) = (&self.weights[range_a.clone()], &self.weights[range_b.clone()]);
        let (tails_a, tails_b) = (&self.tails[range_a], &self.tails[range_b]);
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        while i < terms_a.len() && j < terms_b.len() {
            let (x, y) = (terms_a[i], terms_b[j]);
            if x == y {
                sum += f64::from(weights_a[i]) * f64::from(weights_b[j]);
            } else if sum + f64::from(tails_a[i]) * f64::from(tails_b[j]) + SLACK < least {
                break;
            }
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        sum
    }
}

impl Dense {
    pub(super) fn vector(&self, prompt: u32) -> &[f32] {
        let at = prompt as usize * self.size;
        &self.values[at..at + self.size]
    }

    /// The similarity of two prompts, unless the first dimensions show that it is less than this.
    pub(super) fn at_least(&self, a: u32, b: u32, least: f64) -> Option<f64> {
        let (x, y) = (self.vector(a), self.vector(b));
        if self.size > HEAD {
            let rest = f64::from(self.tails[a as usize]) * f64::from(self.tails[b as usize]);
            if dot(&x[..HEAD], &y[..HEAD]) + rest + SLACK < least {
                return None;
            }
        }
        Some(dot(x, y)).filter(|similarity| *similarity >= least)
    }
}

/// How many terms two sets share. Stops, with less, where they can no longer share so many.
fn overlap(a: &[u32], b: &[u32], needed: usize) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        if shared + (a.len() - i).min(b.len() - j) < needed {
            break;
        }
        let (x, y) = (a[i], b[j]);
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared
}

fn jaccard(shared: usize, a: usize, b: usize) -> f64 {
    match a + b - shared {
        0 => 0.0,
        all => shared as f64 / all as f64,
    }
}

/// How many terms two sets must share that have so many together, to be at least this similar.
pub(super) fn shared(least: f64, together: usize) -> usize {
    needed(least / (1.0 + least), together)
}

/// The least whole number that is not below `share` of `size`.
pub(super) fn needed(share: f64, size: usize) -> usize {
    let least = share * size as f64 - 1e-9;
    let whole = least as usize;
    (whole + usize::from((whole as f64) < least)).max(1)
}

/// Eight sums side by side, as the processor likes it; always in the same order.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for lane in 0..8 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    f64::from(sums.iter().sum::<f32>() + rest)
}
