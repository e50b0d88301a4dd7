use crate::Rows;

/// All of the time axis in few columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Minimap {
    /// How many spans were running in each column, in the mean.
    pub running: Vec<f32>,
    /// How many errors began in each column.
    pub errors: Vec<u32>,
}

impl Minimap {
    /// Of the items that are wanted (model calls, say), over a width in pixels. Errors are all of them.
    pub fn of(rows: &Rows, width: u32, wanted: &dyn Fn(u32) -> bool) -> Minimap {
        let width = width as usize;
        let span = rows.to.saturating_sub(rows.from);
        if width == 0 || rows.is_empty() {
            return Minimap::default();
        }
        let scale = width as f64 / span.max(1) as f64;
        let place = |at: i64| at.saturating_sub(rows.from) as f64 * scale;
        let column = |at: f64| (at as usize).min(width - 1);
        // Parts of columns at both ends, and where whole columns begin and end.
        let (mut running, mut whole) = (vec![0f64; width], vec![0i64; width + 1]);
        let mut errors = vec![0; width];
        for (i, (&start, &end)) in rows.start.iter().zip(&rows.end).enumerate() {
            let (from, to) = (place(start), place(end));
            errors[column(from)] += rows.errors[i + 1] - rows.errors[i];
            if !wanted(rows.item[i]) {
                continue;
            }
            let (first, last) = (column(from), column(to));
            if first == last {
                running[first] += to - from;
            } else {
                running[first] += (first + 1) as f64 - from;
                running[last] += to - last as f64;
                whole[first + 1] += 1;
                whole[last] -= 1;
            }
        }
        let mut open = 0;
        let running = running.into_iter().zip(whole).map(|(part, edge)| {
            open += edge;
            (part + open as f64) as f32
        });
        Minimap { running: running.collect(), errors }
    }
}
