//! Prompts under their rarest terms, as many as their own threshold needs: two prompts that share none of them share
//! too little. Terms are rare first, so few prompts lie under one.

use super::{
    join::{Found, Wanted},
    space::{SLACK, Sparse, needed, shared},
};

/// What rounding may do to a number of terms.
const ROUNDING: f64 = 1e-6;

/// A set under one of its terms. Sizes beyond 65,535 count as that: they are in question together.
#[derive(Clone, Copy)]
struct Under {
    prompt: u32,
    /// How many terms it has.
    size: u16,
    /// How many terms another set may have that shares this term with it and none before: a larger one needs more than
    /// there are left.
    largest: u16,
}

/// Sets under their terms.
pub(super) struct Sets {
    postings: Vec<Vec<Under>>,
    /// How many terms of a prompt are in the index.
    indexed: Vec<u32>,
    /// For each prompt, side by side in memory: the search that looked at it last, its size, and its sketch.
    looks: Vec<u64>,
    searches: u32,
    met: Vec<u32>,
}

impl Sets {
    pub fn new(sparse: &Sparse, prompts: usize) -> Sets {
        let mut looks = Vec::with_capacity(prompts * (1 + sparse.words));
        for prompt in 0..prompts as u32 {
            looks.push(sparse.range(prompt).len() as u64);
            looks.extend(sparse.marks(prompt));
        }
        Sets {
            postings: vec![Vec::new(); sparse.kinds],
            indexed: vec![0; prompts],
            looks,
            searches: 0,
            met: Vec::new(),
        }
    }

    pub fn insert(&mut self, sparse: &Sparse, prompt: u32, least: f64) {
        let terms = sparse.terms(prompt);
        let from = self.indexed[prompt as usize] as usize;
        let to = sparse.prefix(prompt, least);
        for (at, term) in terms.iter().enumerate().take(to).skip(from) {
            let largest = partner(terms.len(), at, least);
            self.postings[*term as usize].push(Under { prompt, size: short(terms.len()), largest });
        }
        self.indexed[prompt as usize] = from.max(to) as u32;
    }

    pub fn search(&mut self, sparse: &Sparse, prompt: u32, found: &mut Found) {
        self.searches += 1;
        let (terms, marks) = (sparse.terms(prompt), sparse.marks(prompt));
        let size = terms.len();
        let own = short(size);
        for (at, term) in terms.iter().enumerate() {
            let smallest = short(needed(found.floor, size));
            let Some(sizes) = partner(size, at, found.floor).checked_sub(smallest) else { break };
            let postings = &self.postings[*term as usize];
            // Most do not pass, in no order that a processor could foresee: no branch.
            self.met.resize(self.met.len().max(postings.len()), 0);
            let mut met = 0;
            for under in postings {
                self.met[met] = under.prompt;
                let passes = under.size.wrapping_sub(smallest) <= sizes && under.largest >= own;
                met += usize::from(passes);
            }
            for &other in &self.met[..met] {
                let from = other as usize * (1 + sparse.words);
                let Some((look, others)) = self.looks[from..][..1 + sparse.words].split_first_mut() else {
                    continue;
                };
                if (*look >> 32) as u32 == self.searches {
                    continue;
                }
                let together = size + *look as u32 as usize;
                *look = u64::from(self.searches) << 32 | *look & 0xffff_ffff;
                let apart: u32 = marks.iter().zip(others).map(|(a, b)| (a ^ *b).count_ones()).sum();
                // So many terms at least does one have that the other has not.
                let apart = apart as usize;
                let near = |least: f64| apart + 2 * shared(least, together) <= together;
                if !near(found.floor) {
                    continue;
                }
                let Some(least) = found.least(other).filter(|least| near(*least)) else { continue };
                let similarity = sparse.at_least(prompt, other, least);
                if similarity >= least {
                    found.push(similarity, other);
                }
            }
        }
    }
}

/// How many terms a set may have that shares no term with one of this size before that at this place.
fn partner(size: usize, at: usize, least: f64) -> u16 {
    let share = least / (1.0 + least);
    (((size - at) as f64 + ROUNDING) / share - size as f64 + ROUNDING) as u16
}

fn short(size: usize) -> u16 {
    u16::try_from(size).unwrap_or(u16::MAX)
}

/// A vector under one of its terms.
#[derive(Clone, Copy)]
struct Weighted {
    prompt: u32,
    weight: f32,
    /// The length of what stands from this term on.
    tail: f32,
}

/// What a search has found so far of what two vectors share.
#[derive(Clone, Copy, Default)]
struct Sum {
    search: u32,
    product: f32,
    /// The length of what stands behind the last term that they share: in the one that is looked for, and, with that
    /// term, in this one.
    rest: f32,
    tail: f32,
}

/// Vectors under their terms.
pub(super) struct Vectors {
    postings: Vec<Vec<Weighted>>,
    /// How many terms of a prompt are in the index.
    indexed: Vec<u32>,
    sums: Vec<Sum>,
    searches: u32,
}

impl Vectors {
    pub fn new(sparse: &Sparse, prompts: usize) -> Vectors {
        Vectors {
            postings: vec![Vec::new(); sparse.kinds],
            indexed: vec![0; prompts],
            sums: vec![Sum::default(); prompts],
            searches: 0,
        }
    }

    pub fn insert(&mut self, sparse: &Sparse, prompt: u32, least: f64) {
        let (terms, range) = (sparse.terms(prompt), sparse.range(prompt));
        let (weights, tails) = (&sparse.weights[range.clone()], &sparse.tails[range]);
        let from = self.indexed[prompt as usize] as usize;
        let to = sparse.prefix(prompt, least);
        for at in from..to {
            let weighted = Weighted { prompt, weight: weights[at], tail: tails[at] };
            self.postings[terms[at] as usize].push(weighted);
        }
        self.indexed[prompt as usize] = from.max(to) as u32;
    }

    /// Prompts that may be similar enough: for each that shares a term the products of what they share are summed, and
    /// what the rest can add at most is known by its lengths.
    pub fn search(&mut self, sparse: &Sparse, prompt: u32, wanted: &Wanted, into: &mut Vec<u32>) {
        self.searches += 1;
        let lowest = wanted.lowest();
        let range = sparse.range(prompt);
        let (terms, weights) = (sparse.terms(prompt), &sparse.weights[range.clone()]);
        let tails = &sparse.tails[range];
        let prefix = sparse.prefix(prompt, lowest);
        let rest = |at: usize| tails.get(at).copied().unwrap_or(0.0);
        let enough = (lowest - SLACK) as f32;
        for at in 0..prefix {
            let (weight, tail, after) = (weights[at], tails[at], rest(at + 1));
            for under in &self.postings[terms[at] as usize] {
                let sum = &mut self.sums[under.prompt as usize];
                let mut product = weight * under.weight;
                if sum.search == self.searches {
                    product += sum.product;
                } else {
                    // If too little is left from the first shared term on, less will be from the second.
                    if tail * under.tail < enough {
                        continue;
                    }
                    into.push(under.prompt);
                }
                *sum = Sum { search: self.searches, product, rest: after, tail: under.tail };
            }
        }
        // What they share behind that term is not under the rarest terms of one of them.
        let beyond = rest(prefix);
        into.retain(|&other| {
            let Some(least) = wanted.least(other) else { return false };
            let sum = &self.sums[other as usize];
            let end = self.indexed[other as usize] as usize;
            let others = sparse.tails[sparse.range(other)].get(end).copied().unwrap_or(0.0);
            let most = (sum.rest * sum.tail).min((beyond * sum.tail).max(others * sum.rest));
            f64::from(sum.product + most) + SLACK >= least
        });
    }
}
