//! What the session's own calls tell of a tokenizer that nobody has: for a model whose tokens are estimated, the
//! tokens that the provider reported against those that we count in the same texts.
//!
//! ```text
//! reported ≈ slope × counted + intercept
//! ```
//!
//! The line is Theil and Sen's: the median of the slopes between all pairs of calls, which a quarter of bad calls
//! does not move. How far it is off is measured on calls that it was not drawn through. The figures of the trace
//! itself are not touched: what is fitted on a call must not be counted in it.

use rustc_hash::FxHashMap;
use stats::{Line, median};
use trace::{Component, Message, Operation};
use units::Provenance;

use crate::{Session, counts::Method};

/// Fewer calls say nothing.
const LEAST: usize = 8;
/// The line is drawn through as many calls at most, evenly taken: pairs grow with the square.
const MOST: usize = 64;
/// A line that is off by more than this is not used: the calls do not tell all of their texts.
const USABLE: f64 = 0.10;
/// Slopes that no tokenizer has.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = 0.3..=3.0;

/// Prompt and answer of one model. Few tools write down what they put before a prompt; answers they do, and the
/// tokenizer is the same.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Calibration {
    pub input: Option<Fit>,
    pub output: Option<Fit>,
}

/// A line, and what is known of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fit {
    pub slope: f64,
    pub intercept: f64,
    /// What it rests on, and how many of these.
    pub basis: (usize, &'static str),
    /// The error that a half, 80% and 95% of the calls stay below, as a part of the reported tokens.
    pub errors: [f64; 3],
}

impl Fit {
    /// The model's tokens for a count. No text has none.
    pub fn tokens(self, counted: u64) -> u64 {
        if counted == 0 { 0 } else { self.at(counted as f64).round().max(1.0) as u64 }
    }

    fn at(self, counted: f64) -> f64 {
        self.slope * counted + self.intercept
    }

    /// The same in few words.
    pub fn summary(self) -> String {
        format!("±{:.1}%, fitted on {} of this session", self.errors[1] * 100.0, self.basis())
    }

    fn basis(self) -> String {
        format!("{} {}", units::show::int(self.basis.0 as u64), self.basis.1)
    }

    /// The sentence that says how a figure was made.
    pub fn describe(self, encoding: &str) -> String {
        let [median, most, nearly_all] = self.errors.map(|error| error * 100.0);
        let plus = match self.intercept.round() as u64 {
            0 => String::new(),
            tokens => format!(" + {tokens}"),
        };
        format!(
            "{encoding} count × {:.3}{plus}, fitted on {} of this session that report their tokens: 80% of them lie \
             within ±{most:.1}%, 95% within ±{nearly_all:.1}%; the median error is {median:.1}%, measured on those \
             that were left out.",
            self.slope,
            self.basis(),
        )
    }
}

/// A line for each model of the session whose tokens are estimated and of which there are enough calls, by the
/// name that the trace gives it.
pub(crate) fn calibrate(session: &Session) -> FxHashMap<String, Calibration> {
    type Points = Vec<(f64, f64)>;
    let trace = session.trace();
    let mut models: FxHashMap<_, (Method, Points, Points)> = FxHashMap::default();
    for (_, call) in trace.calls() {
        if !call.is_finished() || call.operation != Operation::Generate {
            continue;
        }
        let (method, input, output) = models
            .entry(call.model)
            .or_insert_with(|| (Method::of_model(trace.str(call.model)), Vec::new(), Vec::new()));
        let method = *method;
        if method.provenance() != Provenance::Estimated {
            continue;
        }
        let usage = &call.usage;
        let texts = |wanted: fn(Component) -> bool| {
            let texts = session.messages(call).iter().filter(move |message| wanted(message.component));
            session.counts.by_encoding(method, texts.map(|message| message.text))
        };
        let is_text = [usage.audio_input, usage.image_input].iter().all(|figure| figure.or_zero() == 0);
        if usage.input.from() == Provenance::Reported && is_text {
            push(input, texts(|component| !component.is_output()), usage.input.get());
        }
        // Thoughts are billed and as a rule not shown. What is put around a call of a tool has no text.
        let said = usage.output.get().and_then(|output| output.checked_sub(usage.reasoning.or_zero()));
        let is_text = |m: &Message| match m.component {
            Component::Reasoning => usage.reasoning.is_known(),
            component => component != Component::Output || !is_tool_call(trace.text(m.text)),
        };
        if usage.output.from() == Provenance::Reported && session.messages(call).iter().all(is_text) {
            push(output, texts(|component| component == Component::Output), said);
        }
    }
    models
        .into_iter()
        .map(|(model, (_, input, output))| {
            (model, Calibration { input: fit(&input, "calls"), output: fit(&output, "answers") })
        })
        .filter(|(_, found)| found.input.is_some() || found.output.is_some())
        .map(|(model, found)| (trace.str(model).to_owned(), found))
        .collect()
}

/// `name(arguments)`, as the readers write it.
fn is_tool_call(text: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
    text.ends_with(')') && text.split_once('(').is_some_and(|(name, _)| is_name(name))
}

fn push(points: &mut Vec<(f64, f64)>, counted: Option<u64>, reported: Option<u64>) {
    if let (Some(counted @ 1..), Some(reported @ 1..)) = (counted, reported) {
        points.push((counted as f64, reported as f64));
    }
}

/// The line through points of counted and reported tokens; `None` if there are too few, or if it fits badly.
fn fit(points: &[(f64, f64)], basis: &'static str) -> Option<Fit> {
    if points.len() < LEAST {
        return None;
    }
    let drawn = points.len().min(MOST);
    let is_drawn = |i: usize| i * drawn / points.len() != (i + 1) * drawn / points.len();
    let sample: Vec<(f64, f64)> = (0..points.len()).filter(|&i| is_drawn(i)).map(|i| points[i]).collect();
    let (slope, intercept) = line(&sample, None)?;
    let error = |line: (f64, f64), (x, y): (f64, f64)| (line.0 * x + line.1 - y).abs() / y;
    let left_out = (0..sample.len()).filter_map(|i| Some(error(line(&sample, Some(i))?, sample[i])));
    let others = (0..points.len()).filter(|&i| !is_drawn(i)).map(|i| error((slope, intercept), points[i]));
    let mut errors: Vec<f64> = left_out.chain(others).collect();
    units::order::sort_floats(&mut errors);
    let below = |share: f64| errors.get(((errors.len() as f64 * share).ceil() as usize).max(1) - 1).copied();
    let errors = [below(0.5)?, below(0.8)?, below(0.95)?];
    let fit = Fit { slope, intercept, basis: (points.len(), basis), errors };
    (errors[0] <= USABLE && PLAUSIBLE.contains(&slope)).then_some(fit)
}

/// Slope and intercept without one of the points. Where the texts are all of about one length, the line goes
/// through the origin: they tell nothing of an intercept.
fn line(points: &[(f64, f64)], without: Option<usize>) -> Option<(f64, f64)> {
    let points: Vec<(f64, f64)> =
        (0..points.len()).filter(|&i| Some(i) != without).map(|i| points[i]).collect();
    let (least, most) = points
        .iter()
        .fold((f64::MAX, 0.0f64), |(least, most), point| (least.min(point.0), most.max(point.0)));
    let through_origin = || Some((median(points.iter().map(|(x, y)| y / x).collect())?, 0.0));
    if most < least * 1.5 {
        return through_origin();
    }
    let line = Line::through(&points, stats::Fit::TheilSen)?;
    // A template adds tokens and takes none away.
    if line.intercept < 0.0 { through_origin() } else { Some((line.slope, line.intercept)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_found_among_bad_calls() {
        let good = (1..=40).map(|i| (f64::from(i * 37), f64::from(i * 37) * 1.2 + 11.0));
        // A fifth of the calls have texts that the file does not show.
        let bad = (1..=10).map(|i| (f64::from(i * 50), 90_000.0));
        let fit = fit(&good.chain(bad).collect::<Vec<_>>(), "calls").unwrap();
        assert!((fit.slope - 1.2).abs() < 0.02 && (fit.intercept - 11.0).abs() < 12.0, "{fit:?}");
        assert!(fit.errors[0] < 0.02 && fit.errors[2] > 0.5, "{fit:?}");
        assert_eq!(fit.tokens(0), 0);
    }

    #[test]
    fn what_does_not_fit_is_not_used() {
        assert_eq!(fit(&[(10.0, 12.0); LEAST - 1], "calls"), None);
        assert_eq!(
            fit(&[(10.0, 12.0); LEAST], "calls").map(|fit| (fit.slope, fit.intercept)),
            Some((1.2, 0.0))
        );
        // Calls that show their last message only.
        let growing: Vec<(f64, f64)> =
            (1..50).map(|i| (f64::from(i % 7 + 1) * 30.0, f64::from(i) * 900.0)).collect();
        assert_eq!(fit(&growing, "calls"), None);
    }

    proptest! {
        #[test]
        fn any_points_have_a_line_or_none(points in prop::collection::vec((1u32..u32::MAX, 1u32..u32::MAX), 0..40)) {
            let points: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (x.into(), y.into())).collect();
            if let Some(fit) = fit(&points, "calls") {
                prop_assert!(fit.intercept >= 0.0 && fit.errors.is_sorted());
            }
        }
    }
}
