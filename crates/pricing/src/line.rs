//! A line of the price table, read and written.
//!
//! The cells are `provider model aliases mode from hours prices regional context_window max_output source
//! other_source taken also`, between tabs. `prices` and `also` are lanes between bars: the standard prices
//! first, then for example `>200000 i6 o22.5`, `batch*0.5` (half of each standard price), `batch*0.5:io` (the
//! source gives it for these classes), `batch>200000*0.5`, `@*2` (twice at the peak hours), `>200000~ i6` (only
//! the other source tells of this size). A price is the
//! letter of its class and dollars per million.

use std::{borrow::Cow, fmt::Write};

use units::Money;

use crate::{Class, Conflict, Lane, Mode, Price, Rates, Service, Share, rates::per_unit};

/// The columns of the table.
pub const HEADER: &str = "#provider\tmodel\taliases\tmode\tfrom\thours\tprices\tregional\tcontext_window\t\
                          max_output\tsource\tother_source\ttaken\talso";

/// Reads a line: its price, with neither the version of its source nor the days of its check and its end, and
/// the other names of the model.
pub fn read(line: &'static str) -> Option<(Price, impl Iterator<Item = &'static str>)> {
    let mut cells = line.split('\t');
    let mut next = || cells.next();
    let [provider, model, aliases, mode, from, hours, prices] = [(); 7].map(|()| next());
    let [regional, window, output, source, other, taken, also] = [(); 7].map(|()| next());
    let text = |cell: &'static str| (!cell.is_empty()).then_some(Cow::Borrowed(cell));
    let count = |cell: &str| if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) };
    let lanes = lanes(prices?)?;
    // A model is billed by what goes in or what comes out.
    lanes
        .first()
        .filter(|lane| lane.rates.get(Class::Input).is_some() || lane.rates.get(Class::Output).is_some())?;
    let conflicts = match also? {
        "" => vec![],
        cell => self::lanes(cell)?
            .iter()
            .flat_map(|lane| lane.rates.iter().map(move |(class, value)| (lane, class, value)))
            .map(|(lane, class, value)| Conflict { class, peak: lane.peak, above: lane.above, value })
            .collect(),
    };
    let price = Price {
        provider: text(provider?)?,
        model: text(model?)?,
        mode: Mode::ALL.iter().find(|(_, word)| Some(*word) == mode)?.0,
        lanes,
        hours: Some(hours?).filter(|hours| !hours.is_empty()).map(str::parse).transpose().ok()?,
        regional: Some(regional?).filter(|share| !share.is_empty()).map(str::parse).transpose().ok()?,
        context_window: count(window?)?,
        max_output: count(output?)?,
        from: text(from?),
        to: None,
        source: text(source?)?,
        source_version: "".into(),
        checked: "".into(),
        other_source: text(other?),
        taken: taken?.chars().map(Class::of_letter).collect::<Option<_>>()?,
        conflicts,
    };
    let whole = cells.next().is_none();
    whole.then(|| (price, aliases.unwrap_or_default().split(',').filter(|alias| !alias.is_empty())))
}

/// Writes what [`read`] reads.
pub fn write<'a>(price: &Price, aliases: impl IntoIterator<Item = &'a str>) -> String {
    let number = |n: Option<u64>| n.map_or(String::new(), |n| n.to_string());
    let mut prices = String::new();
    for lane in &price.lanes {
        write_lane(&mut prices, price, lane);
    }
    let mut also: Vec<Lane> = vec![];
    for conflict in &price.conflicts {
        let same = |lane: &Lane| (lane.peak, lane.above) == (conflict.peak, conflict.above);
        let index = also.iter().position(same).unwrap_or_else(|| {
            also.push(Lane { peak: conflict.peak, above: conflict.above, ..Lane::default() });
            also.len() - 1
        });
        // It was in range where it was read.
        let _ = also[index].rates.set(conflict.class, conflict.value);
    }
    let mut conflicts = String::new();
    for lane in &also {
        write_lane(&mut conflicts, price, lane);
    }
    let cells = [
        price.provider.to_string(),
        price.model.to_string(),
        aliases.into_iter().collect::<Vec<_>>().join(","),
        Mode::ALL.iter().find(|(mode, _)| *mode == price.mode).map_or("", |(_, word)| word).to_owned(),
        price.from.as_deref().unwrap_or_default().to_owned(),
        price.hours.as_ref().map(ToString::to_string).unwrap_or_default(),
        prices,
        price.regional.map(|share| share.to_string()).unwrap_or_default(),
        number(price.context_window),
        number(price.max_output),
        price.source.to_string(),
        price.other_source.as_deref().unwrap_or_default().to_owned(),
        price.taken.iter().map(|class| class.letter()).collect(),
        conflicts,
    ];
    cells.join("\t")
}

/// Reads lanes between bars.
fn lanes(cell: &str) -> Option<Vec<Lane>> {
    let mut lanes: Vec<Lane> = vec![];
    for text in cell.split('|') {
        let mut words = text.split(' ').peekable();
        let head = words.next_if(|word| !is_price(word));
        let mut lane = Lane::default();
        if let Some(head) = head {
            lane.other = head.ends_with('~');
            let head = head.trim_end_matches('~');
            let (head, share) =
                head.split_once('*').map_or((head, None), |(head, share)| (head, Some(share)));
            let (word, above) = head.split_once('>').unwrap_or((head, "0"));
            lane.above = above.parse().ok()?;
            match word {
                "" => {}
                "@" => lane.peak = true,
                word => lane.service = *Service::ALL.iter().find(|service| service.as_str() == word)?,
            }
            if let Some(share) = share {
                let (share, classes) = share.split_once(':').unwrap_or((share, ""));
                let share: Share = share.parse().ok()?;
                let standard = lanes.iter().find(|l| is_standard(l) && l.above == lane.above)?;
                for (class, price) in standard.rates.iter() {
                    if classes.is_empty() && !class.is_fee() || classes.contains(class.letter()) {
                        lane.rates.set(class, share.of(price))?;
                    }
                }
                lane.share = Some(share);
            }
        }
        for word in words {
            let mut chars = word.chars();
            let class = Class::of_letter(chars.next()?)?;
            lane.rates.set(class, per_unit(chars.as_str().parse().ok()?, 1_000_000)?)?;
        }
        lanes.push(lane);
    }
    Some(lanes)
}

/// A letter and a number, where the head of a lane is a word, `@` or `>`.
fn is_price(word: &str) -> bool {
    let mut chars = word.chars();
    matches!((chars.next(), chars.next()), (Some('a'..='z'), Some('0'..='9' | '.' | '-')))
}

fn is_standard(lane: &Lane) -> bool {
    lane.service == Service::Standard && !lane.peak
}

/// Writes a lane behind those that are written: as a share of the standard prices, if it is one.
fn write_lane(out: &mut String, price: &Price, lane: &Lane) {
    let mut head = match lane.service {
        _ if lane.peak => "@".to_owned(),
        Service::Standard => String::new(),
        service => service.as_str().to_owned(),
    };
    if lane.above > 0 {
        // Writing to a string does not fail.
        let _ = write!(head, ">{}", lane.above);
    }
    let mut rates = lane.rates.clone();
    if let Some(share) = lane.share {
        let standard = price.lane(Service::Standard, false, lane.above).map(|lane| &lane.rates);
        let tokens = |rates: &Rates| {
            rates.iter().map(|(class, _)| class).filter(|class| !class.is_fee()).collect::<Vec<_>>()
        };
        let _ = write!(head, "*{share}");
        if standard.map(tokens) != Some(tokens(&lane.rates)) {
            head.push(':');
            head.extend(lane.rates.iter().map(|(class, _)| class.letter()));
        }
        rates = Rates::default();
    }
    head.push_str(if lane.other { "~" } else { "" });
    let words = rates.iter().map(|(class, value)| format!("{}{}", class.letter(), value.times(1_000_000)));
    let words: Vec<String> = Some(head).filter(|head| !head.is_empty()).into_iter().chain(words).collect();
    out.push_str(if out.is_empty() { "" } else { "|" });
    out.push_str(&words.join(" "));
}

impl Lane {
    /// Finds the share of the standard prices that all of the lane's are, if there is one.
    pub fn find_share(&mut self, standard: &Rates) {
        let mut shares = self.rates.iter().map(|(class, price)| Share::between(price, standard.get(class)?));
        let Some(Some(share)) = shares.next() else { return };
        let all_same = shares.all(|other| other == Some(share));
        let exact =
            |(class, price): (Class, Money)| standard.get(class).is_some_and(|s| share.of(s) == price);
        self.share = (all_same && self.rates.iter().all(exact)).then_some(share);
    }
}
