/// "There is no such row", in columns of row numbers.
pub const NONE: u32 = u32::MAX;

/// "Nobody knows", in columns of times.
pub const UNKNOWN: i64 = i64::MIN;

/// Spans with a place in time, and what lies inside what.
///
/// A span without a start or a duration has no place. It is passed over: what lies inside it lies inside the
/// nearest span around it that has one.
#[derive(Debug)]
pub struct Tree {
    /// Of each row, in ns; [`UNKNOWN`] without a place.
    start: Vec<i64>,
    /// Of each row, in ns, never before the start.
    end: Vec<i64>,
    /// Where the children of each row stand in `children`; those of row `i` end where those of `i + 1` begin.
    first: Vec<u32>,
    /// By their start.
    children: Vec<u32>,
    roots: Vec<u32>,
}

impl Tree {
    /// From columns of equal length: start and duration in ns ([`UNKNOWN`] where nobody knows), and the row of the
    /// parent ([`NONE`] for a root), which comes before its children. A row that names a later one is a root.
    ///
    /// # Panics
    /// If the columns differ in length.
    pub fn of(start: &[i64], duration: &[i64], parent: &[u32]) -> Tree {
        let n = start.len();
        assert!(duration.len() == n && parent.len() == n, "columns of one table");
        let placed = |i: usize| start[i] != UNKNOWN && duration[i] >= 0;
        // The nearest row at or above each one that has a place.
        let mut near = vec![NONE; n];
        let mut around = vec![NONE; n];
        let mut first = vec![0u32; n + 1];
        for i in 0..n {
            around[i] = if (parent[i] as usize) < i { near[parent[i] as usize] } else { NONE };
            near[i] = if placed(i) { i as u32 } else { around[i] };
            if placed(i) && around[i] != NONE {
                first[around[i] as usize + 1] += 1;
            }
        }
        for i in 0..n {
            first[i + 1] += first[i];
        }
        let mut next = first.clone();
        let mut children = vec![0; first[n] as usize];
        let mut roots = Vec::new();
        for i in (0..n as u32).filter(|&i| placed(i as usize)) {
            match around[i as usize] {
                NONE => roots.push(i),
                parent => {
                    let place = &mut next[parent as usize];
                    children[*place as usize] = i;
                    *place += 1;
                }
            }
        }
        // Most tables have them in order already, and looking costs less than sorting.
        let by_start = |rows: &mut [u32]| {
            if !rows.is_sorted_by_key(|&i| start[i as usize]) {
                rows.sort_by_key(|&i| start[i as usize]);
            }
        };
        by_start(&mut roots);
        for i in 0..n {
            by_start(&mut children[first[i] as usize..first[i + 1] as usize]);
        }
        let end = |(&start, &duration): (&i64, &i64)| start.saturating_add(duration.max(0));
        let end = start.iter().zip(duration).map(end).collect();
        let start = (0..n).map(|i| if placed(i) { start[i] } else { UNKNOWN }).collect();
        Tree { start, end, first, children, roots }
    }

    /// How many rows there are, those without a place included.
    pub fn len(&self) -> usize {
        self.start.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// When a row began and ended, in ns; `None` without a place.
    pub fn place(&self, row: u32) -> Option<(i64, i64)> {
        let start = self.start[row as usize];
        (start != UNKNOWN).then(|| (start, self.end[row as usize]))
    }

    /// When a row with a place began, in ns.
    pub fn start(&self, row: u32) -> i64 {
        self.start[row as usize]
    }

    /// When a row with a place ended, in ns.
    pub fn end(&self, row: u32) -> i64 {
        self.end[row as usize]
    }

    /// What lies directly inside a row, by its start.
    pub fn children(&self, row: u32) -> &[u32] {
        &self.children[self.first[row as usize] as usize..self.first[row as usize + 1] as usize]
    }

    /// What lies inside nothing, by its start.
    pub fn roots(&self) -> &[u32] {
        &self.roots
    }
}
