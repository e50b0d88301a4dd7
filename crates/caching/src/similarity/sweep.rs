use serde::{Deserialize, Serialize};

use super::{
    Prompts,
    join::{Index, Wanted},
    space::Space,
};
use crate::{
    Answer, Evict, Tally, Traffic, Worth,
    evict::{Policy, policy},
    exact::{Keep, Scope, is_live, times},
};

/// A cache of answers to similar prompts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Similarity {
    /// What has to be the same beside the prompt.
    pub scope: Scope,
    /// How long and how much is kept. The best possible order of eviction is not known here, because what hits
    /// depends on what was kept: [`Evict::Belady`] is taken for [`Evict::Lru`].
    pub keep: Keep,
}

/// The thresholds from 0.50 to 1.00.
pub fn default_thresholds() -> Vec<f64> {
    (50..=100).map(|hundredths| f64::from(hundredths) / 100.0).collect()
}

/// A request that a cache would have answered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// The request.
    pub request: u32,
    /// The request whose answer it would have got.
    pub source: u32,
    /// How similar the two are; `None` for the very same prompt.
    pub similarity: Option<f64>,
    /// The thresholds at which this happens, as bits.
    pub thresholds: u64,
}

/// A replay at up to 64 thresholds at once.
///
/// Only misses are kept, so each threshold has a cache of its own: a prompt has a bit for each threshold at which
/// it is kept. A request first takes the answer to the very same prompt, then that to the most similar one (of
/// several, to the prompt that appeared first in the traffic), and is kept where there is neither.
///
/// One search serves all thresholds: a kept prompt counts only if it is similar enough for the lowest threshold at
/// which it is kept and an answer is still looked for. Joining all prompts at the lowest threshold first would find
/// the same, but of traffic that all looks alike it would list nearly all pairs, most of which no cache ever
/// compares.
pub struct Sweep<'a> {
    prompts: &'a Prompts,
    index: Index<'a>,
    thresholds: Vec<f64>,
    keep: Keep,
    times: Vec<i64>,
    room: Option<usize>,
    policies: Vec<Box<dyn Policy>>,
    /// For each prompt, the thresholds at which it is kept.
    kept: Vec<u64>,
    /// For each prompt and threshold, the request that it was kept for.
    kept_for: Vec<u32>,
    hits: Vec<Hit>,
    next: usize,
    found: Vec<(f64, u32)>,
}

impl<'a> Sweep<'a> {
    /// A replay that has not begun. Thresholds are brought into order; at most 64 are used, and those that are not
    /// above 0 and up to 1 are left out.
    pub fn new(
        traffic: &Traffic,
        prompts: &'a Prompts,
        space: &'a Space,
        similarity: &Similarity,
        thresholds: &[f64],
    ) -> Sweep<'a> {
        let mut thresholds: Vec<f64> = thresholds.iter().copied().filter(|t| *t > 0.0 && *t <= 1.0).collect();
        thresholds.sort_unstable_by(f64::total_cmp);
        thresholds.dedup();
        thresholds.truncate(64);
        let count = prompts.first.len();
        let keep = similarity.keep;
        let room = keep.capacity.map(|room| room as usize).filter(|room| *room < count);
        let evict = if keep.evict == Evict::Belady { Evict::Lru } else { keep.evict };
        let policies = match room {
            Some(room) => thresholds.iter().map(|_| policy(evict, count, room, &[])).collect(),
            None => vec![],
        };
        Sweep {
            prompts,
            index: Index::new(space, count, thresholds.first().copied().unwrap_or(1.0)),
            keep,
            times: times(traffic),
            room,
            policies,
            kept: vec![0; count],
            kept_for: vec![0; count * thresholds.len()],
            hits: Vec::new(),
            next: 0,
            found: Vec::new(),
            thresholds,
        }
    }

    /// Replays as many requests more, and says whether there are others.
    pub fn advance(&mut self, requests: usize) -> bool {
        for _ in 0..requests {
            let Some(&prompt) = self.prompts.of.get(self.next) else { return false };
            if let Some(prompt) = prompt {
                self.request(self.next as u32, prompt);
            }
            self.next += 1;
        }
        self.next < self.prompts.of.len()
    }

    /// How many requests were replayed.
    pub fn done(&self) -> usize {
        self.next
    }

    /// The thresholds, rising.
    pub fn thresholds(&self) -> &[f64] {
        &self.thresholds
    }

    /// All hits so far, in the order of requests.
    pub fn hits(&self) -> &[Hit] {
        &self.hits
    }

    fn request(&mut self, request: u32, prompt: u32) {
        let all = up_to(self.thresholds.len());
        let mut open = all & !self.take(request, prompt, None, all);
        if open == 0 {
            return;
        }
        let mut found = std::mem::take(&mut self.found);
        let wanted = Wanted {
            kept: &self.kept,
            open,
            thresholds: &self.thresholds,
            scope: &self.prompts.scope,
            same: self.prompts.scope[prompt as usize],
            // What has run out leaves its place to the next best.
            best: self.keep.ttl.is_none(),
        };
        self.index.search(prompt, &wanted, &mut found);
        for &(similarity, other) in &found {
            if open == 0 {
                break;
            }
            let passed = self.thresholds.partition_point(|threshold| *threshold <= similarity);
            let passed = up_to(passed);
            // The same prompt was looked for already: it is here only if it ran out.
            if other != prompt {
                open &= !self.take(request, other, Some(similarity), open & passed);
            }
        }
        self.found = found;
        if open != 0 {
            self.keep(request, prompt, open);
        }
    }

    /// Answers a request with what is kept for a prompt, at those of the thresholds at which it is.
    fn take(&mut self, request: u32, prompt: u32, similarity: Option<f64>, at: u64) -> u64 {
        let mut left = self.kept[prompt as usize] & at;
        let first = prompt as usize * self.thresholds.len();
        let mut taken = 0;
        while left != 0 {
            // Those thresholds at which the same request was kept are one hit.
            let source = self.kept_for[first + left.trailing_zeros() as usize];
            let mut same = 0;
            for bit in bits(left) {
                if self.kept_for[first + bit] == source {
                    same |= 1 << bit;
                }
            }
            left &= !same;
            if is_live(self.keep.ttl, self.times[source as usize], self.times[request as usize]) {
                taken |= same;
                self.hits.push(Hit { request, source, similarity, thresholds: same });
            }
        }
        if self.room.is_some() {
            for bit in bits(taken) {
                self.policies[bit].touch(prompt, request);
            }
        }
        taken
    }

    /// Keeps the answer to a request at these thresholds.
    fn keep(&mut self, request: u32, prompt: u32, at: u64) {
        let first = prompt as usize * self.thresholds.len();
        let mut stays = at;
        for bit in bits(at) {
            self.kept_for[first + bit] = request;
            let Some(room) = self.room else { continue };
            let policy = &mut self.policies[bit];
            if self.kept[prompt as usize] & 1 << bit != 0 {
                policy.remove(prompt);
            } else if policy.len() >= room {
                match policy.make_room(prompt, request).filter(|_| room > 0) {
                    Some(gone) => self.kept[gone as usize] &= !(1 << bit),
                    None => {
                        stays &= !(1 << bit);
                        continue;
                    }
                }
            }
            policy.insert(prompt, request);
        }
        self.kept[prompt as usize] |= stays;
        if stays != 0 {
            self.index.insert(prompt, self.thresholds[stays.trailing_zeros() as usize]);
        }
    }

    /// What the cache said to each request at one of the thresholds.
    pub fn answers(&self, threshold: usize) -> Vec<Answer> {
        let answer = |prompt: &Option<u32>| if prompt.is_some() { Answer::Miss } else { Answer::Unknown };
        let mut answers: Vec<Answer> = self.prompts.of.iter().take(self.next).map(answer).collect();
        for hit in self.hits.iter().filter(|hit| bits(hit.thresholds).any(|bit| bit == threshold)) {
            answers[hit.request as usize] = hit.answer();
        }
        answers
    }

    /// Hits and misses at each threshold.
    pub fn tallies(&self, traffic: &Traffic, worth: &Worth) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); self.thresholds.len()];
        let mut hits = self.hits.iter().peekable();
        for (number, prompt) in self.prompts.of.iter().enumerate().take(self.next) {
            let request = &traffic.requests[number];
            let mut missed = u64::MAX;
            while let Some(hit) = hits.next_if(|hit| hit.request as usize == number) {
                bits(hit.thresholds).for_each(|bit| tallies[bit].add(request, hit.answer(), worth));
                missed &= !hit.thresholds;
            }
            let answer = if prompt.is_some() { Answer::Miss } else { Answer::Unknown };
            for (bit, tally) in tallies.iter_mut().enumerate() {
                if missed >> bit & 1 != 0 {
                    tally.add(request, answer, worth);
                }
            }
        }
        tallies
    }
}

/// Similar hits whose similarity lies nearest to a threshold, on both sides of it, each pair of prompts once; the most
/// similar first.
pub fn nearest(prompts: &Prompts, hits: &[Hit], threshold: f64, at_most: usize) -> Vec<Hit> {
    let mut near: Vec<(f64, &Hit)> =
        hits.iter().filter_map(|hit| Some(((hit.similarity? - threshold).abs(), hit))).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut seen = rustc_hash::FxHashSet::default();
    let mut out: Vec<Hit> = near
        .into_iter()
        .map(|(_, hit)| *hit)
        .filter(|hit| seen.insert(prompts.pair(hit)))
        .take(at_most)
        .collect();
    out.sort_by(|a, b| b.similarity.unwrap_or(1.0).total_cmp(&a.similarity.unwrap_or(1.0)));
    out
}

impl Hit {
    fn answer(&self) -> Answer {
        match self.similarity {
            Some(_) => Answer::Similar(self.source),
            None => Answer::Exact(self.source),
        }
    }
}

/// The lowest so many bits.
fn up_to(count: usize) -> u64 {
    u64::MAX.checked_shr(64 - count.min(64) as u32).unwrap_or(0)
}

/// The numbers of the bits that are set.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(bit)
    })
}
