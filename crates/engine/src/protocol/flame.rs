//! What the flame screen asks and shows.

use std::fmt;

pub use layout::{Axis, Cut, Ticks};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use trace::CallId;
use units::Timestamp;

use super::{
    Field, Filter,
    pack::{self, Pack},
};

/// A question of the flame screen: of which picture, and what of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlameAsk {
    /// Which calls; what holds none of them is left out.
    pub filter: Filter,
    /// How spans lie.
    pub mode: FlameMode,
    /// What their widths mean.
    pub weight: FlameWeight,
    /// Merged pictures, the table and the figures are of exactly this time: from, to, in ns.
    pub range: Option<(i64, i64)>,
    /// Only what lies in the outermost spans of this name.
    pub focus: Option<u32>,
    /// Without spans of these names and what lies inside them.
    pub drop: Vec<u32>,
    /// What lies inside spans of these names becomes their own.
    pub collapse: Vec<u32>,
    /// The name in the middle of the sandwich; the heaviest if nothing is said.
    pub name: Option<u32>,
    /// Left heavy from the leaves up: who spends, and below it who called.
    pub invert: bool,
    /// Long idle gaps are shown short.
    pub compress: bool,
    /// Words that the names of found spans hold.
    pub search: String,
    /// What of the picture.
    pub want: FlameWant,
}

/// How spans lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlameMode {
    /// In the order of time.
    #[default]
    Time,
    /// Merged by the path of their names, the heaviest first.
    LeftHeavy,
    /// Who calls a name, and what it calls.
    Sandwich,
}

/// What widths mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlameWeight {
    /// Nanoseconds.
    #[default]
    Time,
    /// Tokens of model calls.
    Tokens,
    /// Computed pico-dollars.
    Dollars,
}

/// What is asked of a picture.
#[derive(Clone, Debug, PartialEq)]
pub enum FlameWant {
    /// What is drawn. Answered by [`FlameAnswer::View`].
    View(FlameWindow),
    /// All of time in so many columns. Answered by [`FlameAnswer::Map`].
    Map(u32),
    /// An item of a mark. Answered by [`FlameAnswer::Item`].
    Item(u32),
    /// From a place (row, from, to) to a span. Answered by [`FlameAnswer::Item`].
    Step((u32, i64, i64), FlameStep),
    /// This many names, those with the most weight of their own first, or in all. Answered by [`FlameAnswer::Table`].
    Table(u32, bool),
    /// Figures of all, or of the range. Answered by [`FlameAnswer::Sum`].
    Sum,
    /// The spans as a file of another profiler. Answered by [`FlameAnswer::File`].
    File(FlameFile),
}

impl Default for FlameWant {
    fn default() -> FlameWant {
        FlameWant::View(FlameWindow::default())
    }
}

/// A window on a picture. One that is not wider than nothing shows all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FlameWindow {
    /// The first place: ns of the shown axis, or weight.
    pub from: i64,
    /// The place after the last.
    pub to: i64,
    /// How many pixels it has.
    pub width: u32,
    /// The first row.
    pub row: u32,
    /// How many rows.
    pub rows: u32,
    /// With the critical path of each request.
    pub critical: bool,
}

/// Where to go from a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlameStep {
    /// To the span before it in its row.
    Left,
    /// To the one after it.
    Right,
    /// To what holds it.
    Up,
    /// To the first that it holds.
    Down,
    /// To the next that was found.
    Next,
    /// To the one that was found before it.
    Previous,
}

/// Formats of other profilers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlameFile {
    /// Chrome's trace events, which Perfetto opens, too.
    Chrome,
    /// speedscope's own format.
    Speedscope,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum FlameAnswer {
    /// To [`FlameWant::View`].
    View(Box<FlameView>),
    /// To [`FlameWant::Map`].
    Map(FlameMap),
    /// To [`FlameWant::Item`] and [`FlameWant::Step`]; `None` where there is none.
    Item(Option<Box<FlameItem>>),
    /// To [`FlameWant::Table`].
    Table(FlameTable),
    /// To [`FlameWant::Sum`].
    Sum(FlameSum),
    /// To [`FlameWant::File`]: the file, and how many spans it lacks because they have no place in time.
    File(Bytes, u64),
}

/// A part of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlameView {
    /// How many rows the picture has.
    pub rows: u32,
    /// Its first place.
    pub from: i64,
    /// Its last place.
    pub to: i64,
    /// Places are weights divided by two so many times.
    pub shift: u32,
    /// What of it is here.
    pub window: FlameWindow,
    /// [`FlameMark`]s.
    pub marks: Bytes,
    /// Parts of spans that their requests waited for, as marks.
    pub critical: Bytes,
    /// The texts of marks that have room for one, in their order.
    pub labels: Vec<String>,
    /// How many spans or nodes were found in all of the picture, and in this part.
    pub found: (u64, u64),
    /// The row of the name in the middle of a sandwich, and that name.
    pub middle: Option<(u32, u32)>,
    /// What to know of the picture: what has no place in it, and why.
    pub notes: Vec<String>,
}

/// A rectangle in a row of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlameMark {
    /// The first pixel.
    pub x: u32,
    /// How many pixels.
    pub width: u32,
    /// The row, from that of the window on.
    pub row: u32,
    /// Its colour: see [`FlameMark::CONTAINER`] and what follows it.
    pub style: u8,
    /// What is special.
    pub flags: u8,
    /// Which span, part or node; the one shown where it stands for several.
    pub item: u32,
    /// For how many it stands.
    pub count: u32,
    /// The pixel of the first token, plus 1; 0 for none.
    pub tick: u32,
}

impl FlameMark {
    /// Styles: what holds others.
    pub const CONTAINER: u8 = 0;
    /// A span of no special sort that holds none.
    pub const OTHER: u8 = 1;
    /// A model call.
    pub const CALL: u8 = 2;
    /// Looking for context.
    pub const RETRIEVAL: u8 = 3;
    /// A tool.
    pub const TOOL: u8 = 4;
    /// The first of the components, in the order of [`trace::Component::ALL`].
    pub const PART: u8 = 5;
    /// What the prompt holds beside the texts of the file.
    pub const NOT_SHOWN: u8 = 13;
    /// The name in the middle of a sandwich.
    pub const MIDDLE: u8 = 14;

    /// Flags: an error, or stands for one.
    pub const ERROR: u8 = 1;
    /// Its name was looked for.
    pub const FOUND: u8 = 2;
    /// Has a text.
    pub const LABEL: u8 = 4;
    /// A root.
    pub const ROOT: u8 = 8;

    /// As they cross the port.
    pub fn pack(marks: &[FlameMark]) -> Bytes {
        let words = marks.iter().flat_map(|mark| {
            let about = mark.row & 0xffff | u32::from(mark.style) << 16 | u32::from(mark.flags) << 24;
            [mark.x & 0xffff | mark.width << 16, about, mark.item, mark.count, mark.tick]
        });
        Bytes(words.flat_map(u32::to_le_bytes).collect())
    }

    /// As they were packed.
    pub fn unpack(bytes: &Bytes) -> Vec<FlameMark> {
        let word = |mark: &[u8], i: usize| {
            mark.get(4 * i..4 * i + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_le_bytes)
        };
        let mark = |mark: &[u8]| FlameMark {
            x: word(mark, 0) & 0xffff,
            width: word(mark, 0) >> 16,
            row: word(mark, 1) & 0xffff,
            style: (word(mark, 1) >> 16) as u8,
            flags: (word(mark, 1) >> 24) as u8,
            item: word(mark, 2),
            count: word(mark, 3),
            tick: word(mark, 4),
        };
        bytes.0.chunks_exact(20).map(mark).collect()
    }
}

/// All of time in few columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlameMap {
    /// The first place of the shown axis, ns.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// How many model calls ran in each column, in the mean.
    pub running: Vec<f32>,
    /// In which columns errors began.
    pub errors: Vec<u32>,
    /// The gaps that are shown short: from, to, shown from, kept.
    pub cuts: Vec<((i64, i64), (i64, i64))>,
}

impl FlameMap {
    /// The time axis.
    pub fn axis(&self) -> Axis {
        let cut = |&((from, to), (shown, kept))| Cut { from, to, shown, kept };
        Axis { cuts: self.cuts.iter().map(cut).collect() }
    }
}

/// All that is known of a span, a part of a call or a merged node.
#[derive(Clone, Debug, PartialEq)]
pub struct FlameItem {
    /// Which one.
    pub item: u32,
    /// Where it is drawn: row, from, to.
    pub place: (u32, i64, i64),
    /// Its name.
    pub name: String,
    /// The number of its name.
    pub name_id: u32,
    /// Its style.
    pub style: u8,
    /// The names of what holds it, the outermost first.
    pub path: Vec<String>,
    /// When it began; of a merged node, the first of it.
    pub start: Option<Timestamp>,
    /// Its figures.
    pub fields: Vec<Field>,
    /// The call to open; of a merged node, the first.
    pub call: Option<CallId>,
}

/// A row of a table or of a list of shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlameRow {
    /// The number of the name.
    pub id: u32,
    /// The name.
    pub name: String,
    /// Its style.
    pub style: u8,
    /// Its figures.
    pub cells: Vec<String>,
    /// Its share of all.
    pub share: f64,
}

/// Names with what all spans of that name weigh.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlameTable {
    /// How many names there are.
    pub of: u32,
    /// What the cells hold.
    pub columns: Vec<String>,
    /// The names.
    pub rows: Vec<FlameRow>,
}

/// Figures of all that is shown, or of a range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlameSum {
    /// Counts and sums.
    pub fields: Vec<Field>,
    /// Title, what it sums to, and the shares: of time, tokens and dollars.
    pub shares: Vec<(String, String, Vec<FlameRow>)>,
}

/// Bytes that cross the port as they are, and not as a list of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Pack for Bytes {
    fn put(&self, to: &mut Vec<u8>) {
        (self.0.len() as u32).put(to);
        to.extend_from_slice(&self.0);
    }

    fn take(from: &mut &[u8]) -> Option<Bytes> {
        pack::bytes(from).map(|bytes| Bytes(bytes.to_vec()))
    }
}

pack::fields! {
    FlameAsk { filter, mode, weight, range, focus, drop, collapse, name, invert, compress, search, want }
    FlameWindow { from, to, width, row, rows, critical }
    FlameView { rows, from, to, shift, window, marks, critical, labels, found, middle, notes }
    FlameMap { from, to, running, errors, cuts }
    FlameItem { item, place, name, name_id, style, path, start, fields, call }
    FlameRow { id, name, style, cells, share }
    FlameTable { of, columns, rows }
    FlameSum { fields, shares }
}

pack::words! {
    FlameMode [Time, LeftHeavy, Sandwich]
    FlameWeight [Time, Tokens, Dollars]
    FlameStep [Left, Right, Up, Down, Next, Previous]
    FlameFile [Chrome, Speedscope]
}

impl Pack for FlameWant {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            FlameWant::View(window) => (0u8, *window).put(to),
            FlameWant::Map(width) => (1u8, *width).put(to),
            FlameWant::Item(item) => (2u8, *item).put(to),
            FlameWant::Step(place, step) => (3u8, *place, *step).put(to),
            FlameWant::Table(count, by_total) => (4u8, *count, *by_total).put(to),
            FlameWant::Sum => 5u8.put(to),
            FlameWant::File(file) => (6u8, *file).put(to),
        }
    }

    fn take(from: &mut &[u8]) -> Option<FlameWant> {
        Some(match u8::take(from)? {
            0 => FlameWant::View(Pack::take(from)?),
            1 => FlameWant::Map(Pack::take(from)?),
            2 => FlameWant::Item(Pack::take(from)?),
            3 => FlameWant::Step(Pack::take(from)?, Pack::take(from)?),
            4 => FlameWant::Table(Pack::take(from)?, Pack::take(from)?),
            5 => FlameWant::Sum,
            6 => FlameWant::File(Pack::take(from)?),
            _ => return None,
        })
    }
}

impl Pack for FlameAnswer {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            FlameAnswer::View(view) => {
                to.push(0);
                view.put(to);
            }
            FlameAnswer::Map(map) => {
                to.push(1);
                map.put(to);
            }
            FlameAnswer::Item(item) => {
                to.push(2);
                item.is_some().put(to);
                item.iter().for_each(|item| item.put(to));
            }
            FlameAnswer::Table(table) => {
                to.push(3);
                table.put(to);
            }
            FlameAnswer::Sum(sum) => {
                to.push(4);
                sum.put(to);
            }
            FlameAnswer::File(bytes, lacking) => {
                to.push(5);
                bytes.put(to);
                lacking.put(to);
            }
        }
    }

    fn take(from: &mut &[u8]) -> Option<FlameAnswer> {
        Some(match u8::take(from)? {
            0 => FlameAnswer::View(Box::new(Pack::take(from)?)),
            1 => FlameAnswer::Map(Pack::take(from)?),
            2 => FlameAnswer::Item(<Option<FlameItem> as Pack>::take(from)?.map(Box::new)),
            3 => FlameAnswer::Table(Pack::take(from)?),
            4 => FlameAnswer::Sum(Pack::take(from)?),
            5 => FlameAnswer::File(Pack::take(from)?, Pack::take(from)?),
            _ => return None,
        })
    }
}

/// Questions and answers of the flame screen cross the port as bytes.
macro_rules! as_bytes {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let mut bytes = Vec::new();
                self.put(&mut bytes);
                to.serialize_bytes(&bytes)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                let bytes = from.deserialize_byte_buf(Raw)?;
                $name::take(&mut bytes.as_slice()).ok_or_else(|| de::Error::custom("cut short"))
            }
        }
    )*};
}

as_bytes! { FlameAsk FlameAnswer }

/// Reads bytes.
struct Raw;

impl de::Visitor<'_> for Raw {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round<T: Pack + PartialEq + fmt::Debug>(value: &T) {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        let mut rest = bytes.as_slice();
        assert_eq!(T::take(&mut rest).as_ref(), Some(value));
        assert!(rest.is_empty());
        for cut in 0..bytes.len() {
            assert_eq!(T::take(&mut &bytes[..cut]), None, "cut at {cut}");
        }
    }

    #[test]
    fn questions_and_answers_come_back_whole_or_not_at_all() {
        let window = FlameWindow { from: i64::MIN, to: i64::MAX, width: 7, row: 1, rows: 2, critical: true };
        for want in [
            FlameWant::View(window),
            FlameWant::Map(9),
            FlameWant::Item(u32::MAX),
            FlameWant::Step((1, -2, 3), FlameStep::Previous),
            FlameWant::Table(5, true),
            FlameWant::Sum,
            FlameWant::File(FlameFile::Speedscope),
        ] {
            let filter =
                Filter { text: "ä🔥".to_owned(), model: Some(String::new()), ..Filter::default() };
            let (mode, weight) = (FlameMode::Sandwich, FlameWeight::Dollars);
            let drop = vec![1, 2];
            round(&FlameAsk { filter, mode, weight, range: Some((1, 2)), drop, want, ..FlameAsk::default() });
        }
        let [name, value, note] = ["a", "b", "c"].map(str::to_owned);
        let field = Field { name, value, from: units::Provenance::Estimated, note };
        let item = FlameItem {
            item: 1,
            place: (2, 3, 4),
            name: "n".to_owned(),
            name_id: 5,
            style: 6,
            path: vec!["p".to_owned()],
            start: Some(Timestamp(7)),
            fields: vec![field],
            call: Some(CallId(8)),
        };
        let row = FlameRow { cells: vec!["c".to_owned()], share: 0.5, ..FlameRow::default() };
        let view =
            FlameView { marks: Bytes(vec![1, 2, 3]), middle: Some((1, 2)), window, ..FlameView::default() };
        for answer in [
            FlameAnswer::View(Box::new(view)),
            FlameAnswer::Map(FlameMap {
                running: vec![1.5],
                cuts: vec![((1, 2), (3, 4))],
                ..FlameMap::default()
            }),
            FlameAnswer::Item(Some(Box::new(item))),
            FlameAnswer::Item(None),
            FlameAnswer::Table(FlameTable { of: 1, rows: vec![row.clone()], ..FlameTable::default() }),
            FlameAnswer::Sum(FlameSum {
                shares: vec![("t".to_owned(), "n".to_owned(), vec![row])],
                fields: vec![],
            }),
            FlameAnswer::File(Bytes(vec![0, 255]), 3),
        ] {
            round(&answer);
        }
    }
}
