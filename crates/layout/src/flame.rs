use rustc_hash::FxHashMap;
use trace::NONE;

use crate::{Kind, Leaves, Spans, order::sorted};

/// Spans merged by the path of their names, the heaviest first. Nodes come depth first; the first one is all of
/// them, and has no name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flame {
    /// The string that is its name; [`NONE`] for the root. See [`Kind::of_part_name`] for parts of a call.
    pub name: Vec<u32>,
    /// What the first of the merged spans is about.
    pub kind: Vec<Kind>,
    /// The first of the merged rows; of a part of a call, the call's. [`NONE`] for the root.
    pub row: Vec<u32>,
    /// The node it lies in; [`NONE`] for the root.
    pub parent: Vec<u32>,
    /// How many nodes it lies in.
    pub depth: Vec<u32>,
    /// How many spans or parts were merged.
    pub count: Vec<u64>,
    /// How many of these are errors.
    pub errors: Vec<u64>,
    /// The weight that is its own.
    pub own: Vec<u128>,
    /// The weight of it and all inside it.
    pub total: Vec<u128>,
    /// Where it begins: after its heavier siblings.
    pub start: Vec<u128>,
    /// The weight of what was left out by [`Shape::drop`] and [`Shape::focus`].
    pub left_out: u128,
    /// Weight that lies deeper than an upside-down flame goes, and ends in its deepest nodes.
    pub deeper: u128,
}

/// What a person does to a flame. Names are those of [`Spans::name`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Only what lies in the outermost spans of this name.
    pub focus: Option<u32>,
    /// Without spans of these names and what lies inside them.
    pub drop: Vec<u32>,
    /// What lies inside spans of these names becomes their own weight.
    pub collapse: Vec<u32>,
    /// Nothing is merged: each span is a node of its own, siblings in the order of their rows.
    pub apart: bool,
}

/// So deep goes a flame that is seen from its leaves: each leaf has a path of its own there, and in a file that nests
/// without end all of them would not fit.
const DEEPEST: u32 = 128;

/// A row that is in no node, because it was dropped.
const DROPPED: u32 = NONE - 1;

impl Flame {
    /// Merges the rows that are kept. A row that is not kept is passed over: what lies inside it lies in the nearest
    /// one around it. `own` is the weight of each row itself.
    pub fn merge(
        spans: &Spans,
        own: &[u128],
        leaves: &Leaves,
        shape: &Shape,
        keep: &dyn Fn(u32) -> bool,
    ) -> Flame {
        let mut draft = Draft::new(shape.apart);
        // Of each row its node, and whether what lies inside it is that node's own.
        let mut node: Vec<u32> = Vec::with_capacity(spans.len());
        let mut sealed = vec![false; spans.len()];
        let outside = if shape.focus.is_some() { NONE } else { 0 };
        let mut leaf = 0;
        for row in 0..spans.len() {
            let (name, parent) = (spans.name[row], spans.parent[row] as usize);
            let around = if spans.parent[row] == NONE { outside } else { node[parent] };
            let kept = keep(row as u32);
            let folded = spans.parent[row] != NONE && sealed[parent];
            let at = if !kept || around == DROPPED || folded {
                around
            } else if shape.drop.contains(&name) {
                DROPPED
            } else if around == NONE && shape.focus != Some(name) {
                NONE
            } else {
                draft.child(if around == NONE { 0 } else { around }, name, spans.kind[row], row as u32)
            };
            node.push(at);
            sealed[row] = folded || kept && shape.collapse.contains(&name);
            let first = leaf;
            while leaves.row.get(leaf).is_some_and(|&of| of as usize == row) {
                leaf += 1;
            }
            if !kept {
                continue;
            }
            let parts: u128 =
                leaves.weight[first..leaf].iter().fold(0, |sum, &part| sum.saturating_add(part));
            if at == NONE || at == DROPPED {
                draft.left_out = draft.left_out.saturating_add(own[row].saturating_add(parts));
                continue;
            }
            draft.add(at, u64::from(!folded), u64::from(spans.status[row].is_error()), own[row]);
            if sealed[row] {
                draft.add(at, 0, 0, parts);
                continue;
            }
            for i in first..leaf {
                let kind = leaves.kind[i];
                let part = draft.child(at, kind.part_name().unwrap_or(NONE), kind, row as u32);
                draft.add(part, 1, 0, leaves.weight[i]);
            }
        }
        draft.finish()
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.name.len()
    }

    /// Whether there are none, not even a root.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    /// The flame seen from its leaves: below all, each name with its own weight, and below it who held it.
    pub fn inverted(&self) -> Flame {
        let leaves = (1..self.len()).filter(|&node| self.own[node] > 0 || self.errors[node] > 0);
        let mut flame = self.upwards(leaves.map(|node| (node, self.own[node])));
        // What lies in no span has no name to stand under.
        let rest = self.own.first().copied().unwrap_or(0);
        if let (Some(own), Some(total)) = (flame.own.first_mut(), flame.total.first_mut()) {
            (*own, *total) = (own.saturating_add(rest), total.saturating_add(rest));
        }
        flame.left_out = self.left_out;
        flame
    }

    /// Who holds a name: below all, the name with its whole weight, and below it who held it, who held that, and so
    /// on. What lies inside itself counts once.
    ///
    /// The other half of the sandwich, what the name holds, is a merge with [`Shape::focus`].
    pub fn callers(&self, name: u32) -> Flame {
        let mut inside = vec![false; self.len()];
        let mut outermost = Vec::new();
        for node in 1..self.len() {
            let around = inside[self.parent[node] as usize];
            inside[node] = around || self.name[node] == name;
            if inside[node] && !around {
                outermost.push((node, self.total[node]));
            }
        }
        self.upwards(outermost.into_iter())
    }

    /// Merges the ways from nodes up to the root, with a weight each.
    fn upwards(&self, from: impl Iterator<Item = (usize, u128)>) -> Flame {
        let mut draft = Draft::new(false);
        for (node, weight) in from {
            let (mut at, mut up, mut depth) = (0, node as u32, 0);
            while up != 0 && depth < DEEPEST {
                let i = up as usize;
                at = draft.child(at, self.name[i], self.kind[i], self.row[i]);
                draft.add(at, self.count[node], self.errors[node], 0);
                (up, depth) = (self.parent[up as usize], depth + 1);
            }
            draft.add(at, 0, 0, weight);
            if up != 0 {
                draft.flame.deeper = draft.flame.deeper.saturating_add(weight);
            }
        }
        draft.finish()
    }
}

/// A flame while it is merged: parents before their children, in no other order.
struct Draft {
    flame: Flame,
    children: FxHashMap<(u32, u32), u32>,
    left_out: u128,
    apart: bool,
}

impl Draft {
    fn new(apart: bool) -> Draft {
        let mut draft = Draft { flame: Flame::default(), children: FxHashMap::default(), left_out: 0, apart };
        draft.push(NONE, NONE, Kind::Other, NONE);
        draft
    }

    fn child(&mut self, parent: u32, name: u32, kind: Kind, row: u32) -> u32 {
        if self.apart {
            return self.push(parent, name, kind, row);
        }
        if let Some(&node) = self.children.get(&(parent, name)) {
            return node;
        }
        let node = self.push(parent, name, kind, row);
        self.children.insert((parent, name), node);
        node
    }

    fn push(&mut self, parent: u32, name: u32, kind: Kind, row: u32) -> u32 {
        let flame = &mut self.flame;
        let depth = flame.depth.get(parent as usize).map_or(0, |depth| depth + 1);
        flame.name.push(name);
        flame.kind.push(kind);
        flame.row.push(row);
        flame.parent.push(parent);
        flame.depth.push(depth);
        flame.count.push(0);
        flame.errors.push(0);
        flame.own.push(0);
        flame.name.len() as u32 - 1
    }

    fn add(&mut self, node: u32, count: u64, errors: u64, own: u128) {
        let (flame, node) = (&mut self.flame, node as usize);
        flame.count[node] += count;
        flame.errors[node] += errors;
        flame.own[node] = flame.own[node].saturating_add(own);
    }

    /// Sums up, and puts the nodes in the order of their drawing.
    fn finish(self) -> Flame {
        let Draft { flame: draft, left_out, apart, .. } = self;
        let n = draft.name.len();
        let mut total = draft.own.clone();
        for node in (1..n).rev() {
            let parent = draft.parent[node] as usize;
            total[parent] = total[parent].saturating_add(total[node]);
        }
        // Siblings together, the heaviest last: a stack takes them from the end.
        let mut rank: Vec<u32> = (0..n as u32).map(|node| u32::MAX - node).collect();
        if !apart {
            let by_weight = sorted(total.iter().copied().zip(rank.iter().copied()).collect());
            for (place, node) in by_weight.into_iter().enumerate() {
                rank[(u32::MAX - node) as usize] = place as u32;
            }
        }
        let place = |node: usize| u128::from(draft.parent[node]) << 32 | u128::from(rank[node]);
        let by_parent = sorted((1..n).map(|node| (place(node), node as u32)).collect());
        let mut first = vec![0u32; n + 1];
        for &node in &by_parent {
            first[draft.parent[node as usize] as usize + 1] += 1;
        }
        for i in 0..n {
            first[i + 1] += first[i];
        }
        let mut flame = Flame { left_out, deeper: draft.deeper, ..Flame::default() };
        // Node of the draft, and the parent in the flame.
        let mut stack = vec![(0u32, NONE)];
        // Of each node, where its next child begins.
        let mut next: Vec<u128> = Vec::with_capacity(n);
        while let Some((node, parent)) = stack.pop() {
            let (i, at) = (node as usize, flame.name.len() as u32);
            let start = match next.get_mut(parent as usize) {
                Some(next) => std::mem::replace(next, next.saturating_add(total[i])),
                None => 0,
            };
            next.push(start);
            flame.name.push(draft.name[i]);
            flame.kind.push(draft.kind[i]);
            flame.row.push(draft.row[i]);
            flame.parent.push(parent);
            flame.depth.push(draft.depth[i]);
            flame.count.push(draft.count[i]);
            flame.errors.push(draft.errors[i]);
            flame.own.push(draft.own[i]);
            flame.total.push(total[i]);
            flame.start.push(start);
            stack
                .extend(by_parent[first[i] as usize..first[i + 1] as usize].iter().map(|&child| (child, at)));
        }
        flame
    }
}
