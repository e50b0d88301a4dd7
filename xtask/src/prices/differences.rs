//! What a new price table changes, for the person who looks at it before it is committed.

use std::collections::BTreeMap;

use pricing::{Class, Price, Service};
use units::Money;

/// A price's place in the table: provider, model, first day.
type Place<'a> = (&'a str, &'a str, &'a str);
/// A value's place in a price.
type Cell = (Service, bool, u64, Class);

fn places<'a>(prices: impl IntoIterator<Item = &'a Price>) -> BTreeMap<Place<'a>, BTreeMap<Cell, Money>> {
    let place = |price: &'a Price| {
        (price.provider.as_ref(), price.model.as_ref(), price.from.as_deref().unwrap_or_default())
    };
    let cells = |price: &Price| {
        let rows = price.rows();
        rows.map(|row| ((row.lane.service, row.lane.peak, row.lane.above, row.class), row.value)).collect()
    };
    prices.into_iter().map(|price| (place(price), cells(price))).collect()
}

/// Prints a line for each price that is new, gone or another: its model, its class, the old and the new one in
/// dollars per million.
pub fn print(old: &[Price], new: &[&Price]) {
    let (old, new) = (places(old), places(new.iter().copied()));
    let (mut added, mut removed, mut changed) = (0, 0, 0);
    for (place, cells) in &new {
        let Some(before) = old.get(place) else {
            added += 1;
            println!("added    {}", words(place));
            continue;
        };
        let mut lines: Vec<String> = vec![];
        let all: BTreeMap<_, ()> = before.keys().chain(cells.keys()).map(|cell| (*cell, ())).collect();
        for cell in all.keys().filter(|cell| before.get(*cell) != cells.get(*cell)) {
            let price = |cells: &BTreeMap<Cell, Money>| {
                cells.get(cell).map_or("none".to_owned(), |price| price.times(1_000_000).to_string())
            };
            lines.push(format!("{}: {} -> {}", cell_words(cell), price(before), price(cells)));
        }
        if !lines.is_empty() {
            changed += 1;
            println!("changed  {}: {}", words(place), lines.join(", "));
        }
    }
    for place in old.keys().filter(|place| !new.contains_key(*place)) {
        removed += 1;
        println!("removed  {}", words(place));
    }
    println!("{added} added, {removed} removed, {changed} changed");
}

fn words((provider, model, from): &Place<'_>) -> String {
    let from = if from.is_empty() { String::new() } else { format!(" from {from}") };
    format!("{provider} {model}{from}")
}

fn cell_words((service, peak, above, class): &Cell) -> String {
    let mut words = format!("{class:?}");
    if *service != Service::Standard {
        words += &format!(" {}", service.as_str());
    }
    if *peak {
        words += " at the peak";
    }
    if *above > 0 {
        words += &format!(" above {above}");
    }
    words
}
