//! The flame screen: one picture at a time is laid out and kept, so that moving over it costs a look at what is in
//! view.

use std::{cell::OnceCell, io, rc::Rc};

use layout::{
    Axis, Flame, Rows, Search, Shape, Spans,
    export::{Fact, Labels, chrome, speedscope},
    matching,
};
use trace::{CallId, StrId, Tree};

use super::{
    flame_base::{self, Base, Weighed, range_of},
    flame_item, flame_parts, flame_sum, flame_view,
};
use crate::{
    protocol::{
        Bytes, Filter, FlameAnswer, FlameAsk, FlameFile, FlameItem, FlameMode, FlameStep, FlameWant,
        FlameWeight,
    },
    session::Session,
};

/// What was worked out for the last questions.
#[derive(Default)]
pub(crate) struct FlameCache {
    base: Option<(Filter, Rc<Base>)>,
    timeline: Option<(bool, Rc<Timeline>)>,
    merged: Option<(FlameAsk, Rc<Merged>)>,
    drawn: Option<(FlameAsk, Rc<Drawn>)>,
    found: Option<(String, Rc<Found>)>,
}

/// Spans in the order of time, and their axis.
pub(super) struct Timeline {
    pub axis: Axis,
    pub rows: Rows,
    /// Where the parts of calls are drawn: their calls.
    pub parts: Rows,
}

/// Spans of the range with their weights, merged.
pub(super) struct Merged {
    /// The spans, cut to the range if there is one.
    pub spans: Rc<Spans>,
    pub weighed: Weighed,
    pub flame: Flame,
}

/// A picture.
pub(super) struct Drawn {
    pub ask: FlameAsk,
    pub base: Rc<Base>,
    pub timeline: Rc<Timeline>,
    /// `None` in the order of time, by time.
    pub flames: Option<Flames>,
    /// The spans and rows of that order where not all are shown, and the rows of parts.
    pub shaped: Option<(Spans, Rows, Rows)>,
    /// What requests waited for, once it was asked for.
    pub critical: OnceCell<Rows>,
    tree: OnceCell<Tree>,
}

/// What a picture of weights is made of.
pub(super) struct Flames {
    pub merged: Rc<Merged>,
    /// What items are nodes of, if it is not the merged one.
    pub own: Option<Flame>,
    /// Who calls the name in the middle.
    pub callers: Option<Flame>,
    pub rows: Rows,
    /// The row of the name in the middle, and the name.
    pub middle: Option<(u32, u32)>,
}

/// What a search found.
pub(super) struct Found {
    /// By the number of the name; parts of calls come after the strings of the trace.
    pub names: Vec<bool>,
    pub hits: Search,
}

impl Drawn {
    pub fn rows(&self) -> &Rows {
        match (&self.flames, &self.shaped) {
            (Some(flames), _) => &flames.rows,
            (None, Some((_, rows, _))) => rows,
            (None, None) => &self.timeline.rows,
        }
    }

    /// The calls whose parts are drawn, of a picture by time.
    pub fn parts(&self) -> &Rows {
        self.shaped.as_ref().map_or(&self.timeline.parts, |(.., parts)| parts)
    }

    /// The spans that are drawn, of a picture by time.
    pub fn spans(&self) -> &Spans {
        self.shaped.as_ref().map_or(&self.base.spans, |(spans, ..)| spans)
    }

    /// What of them lies inside what.
    pub fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| self.spans().tree())
    }
}

impl Flames {
    /// The flame of an item and its node there.
    pub fn node(&self, item: u32) -> (&Flame, usize) {
        match (&self.callers, &self.own) {
            (Some(callers), _) if item & layout::CALLER != 0 => (callers, (item & !layout::CALLER) as usize),
            (_, Some(own)) => (own, item as usize),
            (_, None) => (&self.merged.flame, item as usize),
        }
    }
}

/// Answers a question of the flame screen.
///
/// # Errors
/// A sentence if a file could not be written.
pub(crate) fn flame(
    session: &Session,
    cache: &mut FlameCache,
    ask: &FlameAsk,
) -> Result<FlameAnswer, String> {
    let base = cache.base(session, &ask.filter);
    Ok(match &ask.want {
        FlameWant::View(window) => {
            let drawn = cache.drawn(session, ask);
            let found = cache.found(session, &drawn, &ask.search);
            FlameAnswer::View(Box::new(flame_view::view(session, &drawn, found.as_deref(), *window)))
        }
        FlameWant::Map(width) => {
            let timeline = cache.timeline(session, &base, ask.compress);
            FlameAnswer::Map(flame_view::map(&base, &timeline, *width))
        }
        FlameWant::Item(item) => {
            let drawn = cache.drawn(session, ask);
            FlameAnswer::Item(flame_item::item(session, &drawn, *item).map(Box::new))
        }
        FlameWant::Step(place, step) => {
            let drawn = cache.drawn(session, ask);
            FlameAnswer::Item(stepped(session, cache, &drawn, &ask.search, *place, *step).map(Box::new))
        }
        FlameWant::Table(count, by_total) => {
            let merged = cache.merged(session, ask);
            FlameAnswer::Table(flame_sum::table(session, &merged, ask.weight, *count, *by_total))
        }
        FlameWant::Sum => {
            let merged = cache.merged(session, ask);
            FlameAnswer::Sum(flame_sum::sum(session, &base, &merged, ask))
        }
        FlameWant::File(to) => {
            let mut file = Vec::new();
            let lacking = write(session, &base.spans, *to, &mut file).map_err(|error| error.to_string())?;
            FlameAnswer::File(Bytes(file), lacking)
        }
    })
}

fn stepped(
    session: &Session,
    cache: &mut FlameCache,
    drawn: &Drawn,
    search: &str,
    place: (u32, i64, i64),
    step: FlameStep,
) -> Option<FlameItem> {
    let rows = drawn.rows();
    if let Some(part) = flame_parts::step(session, drawn, place, step) {
        return flame_item::item(session, drawn, part);
    }
    let item = match step {
        FlameStep::Left => rows.step(place, layout::Way::Left)?.1,
        FlameStep::Right => rows.step(place, layout::Way::Right)?.1,
        FlameStep::Up => rows.step(place, layout::Way::Up)?.1,
        FlameStep::Down => rows.step(place, layout::Way::Down)?.1,
        FlameStep::Next | FlameStep::Previous => {
            let hits = &cache.found(session, drawn, search)?.hits;
            let i = match step {
                FlameStep::Next => hits.next(place.1, place.0),
                _ => hits.previous(place.1, place.0),
            };
            hits.get(i?)?.2
        }
    };
    flame_item::item(session, drawn, item)
}

impl FlameCache {
    fn base(&mut self, session: &Session, filter: &Filter) -> Rc<Base> {
        match &self.base {
            Some((of, base)) if of == filter => base.clone(),
            _ => {
                *self = FlameCache::default();
                let base = Rc::new(Base::of(session, filter));
                self.base = Some((filter.clone(), base.clone()));
                base
            }
        }
    }

    fn timeline(&mut self, session: &Session, base: &Base, compress: bool) -> Rc<Timeline> {
        match &self.timeline {
            Some((of, timeline)) if *of == compress => timeline.clone(),
            _ => {
                let axis = if compress { flame_base::axis(&base.spans) } else { Axis::default() };
                let (rows, parts) = in_time(session, &base.spans, &axis);
                let timeline = Rc::new(Timeline { axis, rows, parts });
                self.timeline = Some((compress, timeline.clone()));
                timeline
            }
        }
    }

    /// Spans merged by name, as the table has them: neither the mode nor the search changes that.
    fn merged(&mut self, session: &Session, ask: &FlameAsk) -> Rc<Merged> {
        let key = FlameAsk {
            mode: FlameMode::Time,
            name: None,
            invert: false,
            compress: false,
            search: String::new(),
            want: FlameWant::default(),
            ..ask.clone()
        };
        match &self.merged {
            Some((of, merged)) if *of == key => merged.clone(),
            _ => {
                let base = self.base(session, &ask.filter);
                let spans = range_of(&base.spans, ask.range);
                let weighed = Weighed::of(session, &spans, ask.weight);
                let flame = Flame::merge(&spans, &weighed.own, &weighed.leaves, &shape(ask), &|_| true);
                let merged = Rc::new(Merged { spans, weighed, flame });
                self.merged = Some((key, merged.clone()));
                merged
            }
        }
    }

    fn drawn(&mut self, session: &Session, ask: &FlameAsk) -> Rc<Drawn> {
        // A range is marked on a picture by time, and does not change it.
        let by_time = ask.mode == FlameMode::Time;
        let range = if by_time { None } else { ask.range };
        let key = FlameAsk { want: FlameWant::default(), search: String::new(), range, ..ask.clone() };
        if let Some((of, drawn)) = &self.drawn
            && *of == key
        {
            return drawn.clone();
        }
        self.found = None;
        let base = self.base(session, &ask.filter);
        let timeline = self.timeline(session, &base, ask.compress);
        let flames =
            (!by_time || ask.weight != FlameWeight::Time).then(|| flames(self.merged(session, &key), &key));
        let shape = shape(ask);
        let shaped = (flames.is_none() && shape != Shape::default()).then(|| {
            let spans = flame_base::shaped(&base.spans, &shape);
            let (rows, parts) = in_time(session, &spans, &timeline.axis);
            (spans, rows, parts)
        });
        let (critical, tree) = (OnceCell::new(), OnceCell::new());
        let drawn = Rc::new(Drawn { ask: key.clone(), base, timeline, flames, shaped, critical, tree });
        self.drawn = Some((key, drawn.clone()));
        drawn
    }

    fn found(&mut self, session: &Session, drawn: &Drawn, query: &str) -> Option<Rc<Found>> {
        if query.trim().is_empty() {
            return None;
        }
        match &self.found {
            Some((of, found)) if of == query => Some(found.clone()),
            _ => {
                let strings = &session.trace().strings;
                let parts = flame_base::PARTS.iter().map(|&kind| flame_base::part_label(kind));
                let all = (0..strings.len()).map(|i| session.trace().str(StrId(i as u32))).chain(parts);
                let names = matching(all, query);
                let is = |item: u32| {
                    let name = flame_view::name_of(drawn, item);
                    flame_base::is_among(&names, strings.len(), name)
                };
                let hits = Search::of(drawn.rows(), &is);
                let found = Rc::new(Found { names, hits });
                self.found = Some((query.to_owned(), found.clone()));
                Some(found)
            }
        }
    }
}

/// Spans in the order of time, and the calls that have room for their parts below them.
fn in_time(session: &Session, spans: &Spans, axis: &Axis) -> (Rows, Rows) {
    Rows::in_time_with(spans, axis, &|row| flame_parts::has(session, spans, row))
}

fn shape(ask: &FlameAsk) -> Shape {
    Shape { focus: ask.focus, drop: ask.drop.clone(), collapse: ask.collapse.clone(), apart: false }
}

fn flames(merged: Rc<Merged>, ask: &FlameAsk) -> Flames {
    let merge = |shape: &Shape| {
        Flame::merge(&merged.spans, &merged.weighed.own, &merged.weighed.leaves, shape, &|_| true)
    };
    match ask.mode {
        FlameMode::Time => {
            let own = merge(&Shape { apart: true, ..shape(ask) });
            let rows = Rows::of_flame(&own);
            Flames { merged, own: Some(own), callers: None, rows, middle: None }
        }
        FlameMode::LeftHeavy => {
            let own = ask.invert.then(|| merged.flame.inverted());
            let rows = Rows::of_flame(own.as_ref().unwrap_or(&merged.flame));
            Flames { merged, own, callers: None, rows, middle: None }
        }
        FlameMode::Sandwich => {
            let name = ask.name.or_else(|| flame_sum::heaviest(&merged.flame));
            let callers = name.map(|name| merged.flame.callers(name)).unwrap_or_default();
            let held = merge(&Shape { focus: name, ..shape(ask) });
            let (rows, row) = Rows::sandwich(&callers, &held);
            Flames {
                merged,
                own: Some(held),
                callers: Some(callers),
                rows,
                middle: name.map(|name| (row, name)),
            }
        }
    }
}

/// Writes all spans as a file of another profiler; returns how many have no place in time and are left out.
///
/// # Errors
/// Those of `out`.
pub(crate) fn export(session: &Session, to: FlameFile, out: &mut dyn io::Write) -> io::Result<u64> {
    write(session, &Base::of(session, &Filter::default()).spans, to, out)
}

fn write(session: &Session, spans: &Spans, to: FlameFile, out: &mut dyn io::Write) -> io::Result<u64> {
    let trace = session.trace();
    let facts = |row: u32| {
        let mut facts = Vec::new();
        let status = spans.status[row as usize];
        if status.is_error() {
            facts.push(("status", Fact::Text(format!("{status:?}").to_lowercase())));
        }
        let call = spans.call[row as usize];
        if call == layout::NONE {
            return facts;
        }
        let call = trace.call(CallId(call));
        for (key, text) in [("model", call.model), ("provider", call.provider), ("error", call.error)] {
            if !text.is_none() {
                facts.push((key, Fact::Text(trace.str(text).to_owned())));
            }
        }
        let figures = [("input_tokens", call.usage.input), ("output_tokens", call.usage.output)];
        for (key, figure) in figures.into_iter().chain([("cached_tokens", call.usage.cache_read)]) {
            if let Some(tokens) = figure.get() {
                facts.push((key, Fact::Whole(tokens)));
            }
        }
        if let Some(ttft) = call.ttft {
            facts.push(("ttft_ns", Fact::Whole(ttft.0.max(0) as u64)));
        }
        if let Some(cost) = session.bill.cost(trace, call, &call.usage) {
            facts.push(("usd", Fact::Text(cost.total.to_string())));
        }
        facts
    };
    let name = |name: u32| trace.str(StrId(name));
    let labels = Labels { name: &name, facts: &facts };
    match to {
        FlameFile::Chrome => chrome(spans, &labels, out),
        FlameFile::Speedscope => {
            let title: Vec<&str> = trace.files.iter().map(|file| file.name.as_str()).collect();
            speedscope(spans, &title.join(", "), &labels, out)
        }
    }
}
