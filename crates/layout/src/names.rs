use rustc_hash::FxHashMap;

use crate::{Flame, Kind, order::sorted};

/// A name with the weight of all that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameRow {
    /// The string that is the name, or a part of a call.
    pub name: u32,
    /// What the first one is about.
    pub kind: Kind,
    /// How many.
    pub count: u64,
    /// How many of them are errors.
    pub errors: u64,
    /// Their own weight.
    pub own: u128,
    /// Their weight with all inside them. What lies inside itself counts once.
    pub total: u128,
}

/// Each name of a flame, that with the most weight of its own first.
pub fn names(flame: &Flame) -> Vec<NameRow> {
    let mut places: FxHashMap<u32, usize> = FxHashMap::default();
    let mut rows: Vec<NameRow> = Vec::new();
    // How many nodes of each name lie around the one at hand, and the way to it.
    let mut around: Vec<u32> = Vec::new();
    let mut path: Vec<usize> = Vec::new();
    for node in 1..flame.len() {
        let name = flame.name[node];
        let place = *places.entry(name).or_insert(rows.len());
        if place == rows.len() {
            rows.push(NameRow { name, kind: flame.kind[node], count: 0, errors: 0, own: 0, total: 0 });
            around.push(0);
        }
        while path.len() >= flame.depth[node] as usize {
            if let Some(left) = path.pop() {
                around[left] -= 1;
            }
        }
        let row = &mut rows[place];
        row.count += flame.count[node];
        row.errors += flame.errors[node];
        row.own = row.own.saturating_add(flame.own[node]);
        if around[place] == 0 {
            row.total = row.total.saturating_add(flame.total[node]);
        }
        around[place] += 1;
        path.push(place);
    }
    // By the last of what decides first: what is equal keeps its order.
    let keys: [fn(&NameRow) -> u128; 3] =
        [|row| row.name.into(), |row| u128::MAX - row.total, |row| u128::MAX - row.own];
    for key in keys {
        let order = sorted(rows.iter().map(key).zip(0..).collect());
        rows = order.into_iter().map(|place| rows[place as usize]).collect();
    }
    rows
}
