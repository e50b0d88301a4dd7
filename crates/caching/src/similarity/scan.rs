use super::{
    join::Wanted,
    space::{Sparse, needed, shared},
};

/// Thresholds from which on prompts are kept apart from those of lower ones.
const CLASSES: [f64; 5] = [0.0, 0.6, 0.7, 0.8, 0.9];

/// Sets by their size, of each the sketch that [`Sparse::marks`] has. Every set of a size that is in question is
/// looked at, one after the other in memory.
pub(super) struct Scan {
    /// All sizes, rising.
    sizes: Vec<u32>,
    /// For each class of thresholds, the sets of each size.
    rows: [Vec<Row>; CLASSES.len()],
    /// The lowest class that a prompt is in, from 1; 0 for none.
    class: Vec<u8>,
    /// The search that looked at a prompt last.
    looked: Vec<u32>,
    searches: u32,
}

#[derive(Clone, Default)]
struct Row {
    prompts: Vec<u32>,
    marks: Vec<u64>,
}

impl Scan {
    /// Whether to look at every set takes less than to look under its rarest terms.
    pub fn takes_less(sparse: &Sparse, prompts: usize, least: f64) -> bool {
        let mut under = vec![0u32; sparse.kinds];
        for prompt in 0..prompts as u32 {
            for term in &sparse.terms(prompt)[..sparse.prefix(prompt, least)] {
                under[*term as usize] += 1;
            }
        }
        let postings: f64 = under.iter().map(|count| f64::from(*count) * f64::from(*count)).sum();
        // Measured: what lies under a term costs a dozen times as much as a word of a sketch.
        12.0 * postings > (prompts as f64) * (prompts as f64) * sparse.words as f64
    }

    pub fn new(sparse: &Sparse, prompts: usize) -> Scan {
        let mut sizes: Vec<u32> =
            (0..prompts as u32).map(|prompt| sparse.range(prompt).len() as u32).collect();
        sizes.sort_unstable();
        sizes.dedup();
        Scan {
            rows: std::array::from_fn(|_| vec![Row::default(); sizes.len()]),
            sizes,
            class: vec![0; prompts],
            looked: vec![0; prompts],
            searches: 0,
        }
    }

    pub fn insert(&mut self, sparse: &Sparse, prompt: u32, least: f64) {
        let class = CLASSES.partition_point(|floor| *floor <= least) as u8;
        let known = &mut self.class[prompt as usize];
        let size = sparse.range(prompt).len() as u32;
        if let Ok(row) = self.sizes.binary_search(&size)
            && (*known == 0 || class < *known)
        {
            *known = class;
            let row = &mut self.rows[usize::from(class) - 1][row];
            row.prompts.push(prompt);
            row.marks.extend(sparse.marks(prompt));
        }
    }

    /// Prompts that may be similar enough.
    pub fn search(&mut self, sparse: &Sparse, prompt: u32, wanted: &Wanted, into: &mut Vec<u32>) {
        self.searches += 1;
        let size = sparse.range(prompt).len();
        let marks = sparse.marks(prompt);
        for (floor, rows) in CLASSES.iter().zip(&self.rows) {
            let least = wanted.lowest().max(*floor);
            let smallest = needed(least, size) as u32;
            let largest = (size as f64 / least + 1e-9) as u32;
            let from = self.sizes.partition_point(|size| *size < smallest);
            for (other, row) in self.sizes[from..].iter().zip(&rows[from..]) {
                if *other > largest {
                    break;
                }
                let together = size + *other as usize;
                let Some(most) = together.checked_sub(2 * shared(least, together)) else { continue };
                match sparse.words {
                    3 => near::<3>(row, marks, most as u32, into),
                    7 => near::<7>(row, marks, most as u32, into),
                    15 => near::<15>(row, marks, most as u32, into),
                    words => near_of(row, marks, words, most as u32, into),
                }
            }
        }
        into.retain(|&other| {
            let looked = &mut self.looked[other as usize];
            std::mem::replace(looked, self.searches) != self.searches && wanted.least(other).is_some()
        });
    }
}

/// The sets of a row whose sketch differs in so many bits at most. The number of words is known when this is built: it
/// is where a scan spends its time.
fn near<const WORDS: usize>(row: &Row, marks: &[u64], most: u32, into: &mut Vec<u32>) {
    let Some(marks) = marks.first_chunk::<WORDS>() else { return };
    for (prompt, other) in row.prompts.iter().zip(row.marks.as_chunks::<WORDS>().0) {
        let mut apart = 0;
        for word in 0..WORDS {
            apart += (marks[word] ^ other[word]).count_ones();
        }
        if apart <= most {
            into.push(*prompt);
        }
    }
}

fn near_of(row: &Row, marks: &[u64], words: usize, most: u32, into: &mut Vec<u32>) {
    for (prompt, other) in row.prompts.iter().zip(row.marks.chunks_exact(words)) {
        if marks.iter().zip(other).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>() <= most {
            into.push(*prompt);
        }
    }
}
