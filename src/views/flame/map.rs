//! All of time in one line: model calls that run, errors, and what of it is in view.

use engine::protocol::{Axis, FlameMap};

use super::scene::clock;
use super::surface::{Font, Surface};
use super::window::Window;

/// The line on which columns stand, px from the top.
const BASE: f64 = 36.0;

/// Draws it; `brush` is of the shown axis.
pub fn draw(
    on: &mut dyn Surface,
    map: &FlameMap,
    axis: &Axis,
    brush: Option<(i64, i64)>,
    (width, height): (f64, f64),
    font: &Font,
) {
    on.rect(0.0, 0.0, width, height, "--page");
    if map.to.saturating_sub(map.from) <= 1 {
        return;
    }
    let step = width / map.running.len().max(1) as f64;
    let most = map.running.iter().copied().fold(0.0f32, f32::max).max(f32::MIN_POSITIVE);
    for (column, &running) in map.running.iter().enumerate().filter(|(_, running)| **running > 0.0) {
        // What is there is seen, however little it is.
        let high = (f64::from(running / most) * (BASE - 6.0)).max(1.0);
        on.rect(column as f64 * step, BASE - high, (step - 0.5).max(0.5), high, "--series-1");
    }
    for &column in &map.errors {
        on.rect(f64::from(column) * step - 0.5, 0.0, 2.5, 4.0, "--error");
    }
    on.rect(0.0, BASE, width, 1.0, "--line-strong");
    let all = Window::all((map.from, map.to));
    let mut free = 0.0;
    for i in 0..=8 {
        let x = width * f64::from(i) / 8.0;
        let length = axis.real(map.to).saturating_sub(axis.real(map.from));
        let text = clock(
            axis.real(all.at(x, width)),
            if length > 600_000_000_000 { 60_000_000_000 } else { length / 100 },
        );
        let wide = font.width(&text, false);
        let x = (x - wide / 2.0).clamp(0.0, (width - wide).max(0.0));
        if x >= free {
            on.text(x, BASE + 9.0, &text, "--text-3", false);
            free = x + wide + 24.0;
        }
    }
    if let Some((from, to)) = brush {
        let (left, right) = (all.x(from, width).clamp(0.0, width), all.x(to, width).clamp(0.0, width));
        let right = right.max(left + 3.0);
        on.outline(left - 1.0, -1.0, right - left + 2.0, BASE + 2.0, "--accent");
        for x in [left, right] {
            on.rect(x - 2.0, 12.0, 4.0, 14.0, "--accent");
        }
    }
}
