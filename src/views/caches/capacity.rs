//! The hit rate over the size of a cache, with the most that any order of eviction could reach.

use caching::lab::{Ask, Cache, Point, Report};
use yew::prelude::*;

use crate::{
    charts::{
        Chart, Drawing, Fact, Spot,
        mark::{Anchor, label, line, px, y_axis},
        scale::{Scale, ticks},
    },
    format::{self, int, percent},
    widgets::{Panel, TableTwin},
};

const LEFT: f64 = 44.0;
const TOP: f64 = 24.0;
const BASE: f64 = 264.0;

/// What of a point is drawn: the rate by token of KV caches, else by request.
fn rate(cache: Cache, point: &Point) -> Option<f64> {
    if cache == Cache::Prefix { point.metrics.by_token } else { point.metrics.by_request }
}

/// The panel.
pub fn capacity(ask: &Ask, report: &Report) -> Html {
    let (cache, points) = (ask.cache, report.curve.clone());
    let (title, unit) = match cache {
        Cache::Prefix => (
            "Tokens that need not be worked out, by the size of the KV cache",
            "tokens that have room; logarithmic axis",
        ),
        _ => ("Hits, by the size of the cache", "answers that have room; logarithmic axis"),
    };
    let draw = {
        let points = points.clone();
        Callback::from(move |width| drawing(cache, &points, width))
    };
    html! {
        <Panel {title} caption={unit} twin={twin(cache, &points)}>
            <Chart label={title} {draw} />
        </Panel>
    }
}

fn drawing(cache: Cache, points: &[Point], width: f64) -> Drawing {
    let sized: Vec<(f64, &Point)> = points
        .iter()
        .filter_map(|point| Some((point.capacity? as f64, point)))
        .filter(|(size, _)| *size > 0.0)
        .collect();
    let right = width - 116.0;
    let ends = (sized.first().map_or(1.0, |one| one.0), sized.last().map_or(2.0, |one| one.0));
    let x =
        Scale::logarithmic(if ends.0 < ends.1 { ends } else { (ends.0 / 2.0, ends.1 * 2.0) }, (LEFT, right));
    let rates =
        points.iter().filter_map(|point| rate(cache, point).into_iter().chain(point.bound).reduce(f64::max));
    let grid = ticks(rates.fold(0.01, f64::max), 4);
    let y = Scale::linear((0.0, grid.last().copied().unwrap_or(1.0)), (BASE, TOP));
    let curve = |value: &dyn Fn(&Point) -> Option<f64>| {
        let places: Vec<String> = sized
            .iter()
            .filter_map(|(size, point)| Some(format!("{:.1} {:.1}", x.at(*size), y.at(value(point)?))))
            .collect();
        if places.is_empty() { String::new() } else { format!("M{}", places.join("L")) }
    };
    let unbounded = points.iter().find(|point| point.capacity.is_none()).and_then(|point| rate(cache, point));
    let step = sized.len().div_ceil(8).max(1);
    Drawing {
        height: BASE + 28.0,
        spots: sized
            .windows(2)
            .map(|pair| {
                spot(cache, pair[1].1, [x.at(pair[0].0), TOP, x.at(pair[1].0) - x.at(pair[0].0), BASE - TOP])
            })
            .collect(),
        marks: html! {
            <>
                { y_axis(|v| y.at(v), &grid, LEFT, right, |v| percent(v, 0)) }
                <path d={curve(&|point| point.bound)} fill="none" stroke="var(--text-2)" stroke-width="1.5" stroke-dasharray="4 3" />
                <path d={curve(&|point| rate(cache, point))} fill="none" stroke="var(--series-1)" stroke-width="2" />
                { for sized.iter().map(|(size, point)| html! {
                    <circle cx={px(x.at(*size))} cy={px(y.at(rate(cache, point).unwrap_or(0.0)))} r="2.5" fill="var(--series-1)" />
                }) }
                { for sized.iter().step_by(step).map(|(size, _)| html! {
                    <>{ line(x.at(*size), BASE, x.at(*size), BASE + 4.0, "axis-line") }{ label(x.at(*size), BASE + 20.0, format::tokens(*size as u64), Anchor::Middle, "") }</>
                }) }
                if let Some(rate) = unbounded {
                    { line(LEFT, y.at(rate), right, y.at(rate), "ref-line") }
                    { label(right + 6.0, y.at(rate) + 4.0, format!("unbounded {}", percent(rate, 1)), Anchor::Start, "mid") }
                }
                { label(LEFT, 12.0, "dashed: the best possible order of eviction, which knows what comes", Anchor::Start, "") }
            </>
        },
    }
}

fn spot(cache: Cache, point: &Point, area: [f64; 4]) -> Spot {
    let text = |rate: Option<f64>| rate.map_or("unknown".to_owned(), |rate| percent(rate, 2));
    let mut facts = vec![
        Fact::new("By request", text(point.metrics.by_request)),
        Fact::new("By token", text(point.metrics.by_token)),
    ];
    if point.bound.is_some() {
        facts.push(Fact::new("Best possible", text(point.bound)));
    }
    if let Some(saved) = point.metrics.saved.filter(|_| cache == Cache::Exact) {
        facts.push(Fact::new("Saves", format::money(saved)));
    }
    Spot { area, title: format!("Room for {}", int(point.capacity.unwrap_or(0))).into(), rows: facts }
}

fn twin(cache: Cache, points: &[Point]) -> TableTwin {
    let text = |rate: Option<f64>| rate.map_or("unknown".to_owned(), |rate| percent(rate, 2));
    let row = |point: &Point| {
        let last = match point.blocks {
            Some((hit, all)) => format!("{} of {}", int(hit), int(all)),
            None => point.metrics.saved.map_or("unpriced".to_owned(), |saved| saved.to_string()),
        };
        [
            point.capacity.map_or("unbounded".to_owned(), int),
            int(point.metrics.hits),
            text(point.metrics.by_request),
            text(point.metrics.by_token),
            point.bound.map_or("not worked out".to_owned(), |rate| percent(rate, 2)),
            last,
        ]
        .map(AttrValue::from)
        .to_vec()
    };
    TableTwin {
        columns: [
            "Room for",
            "Hits",
            "By request",
            "By token",
            "Best possible",
            if cache == Cache::Prefix { "Blocks held" } else { "USD saved" },
        ]
        .map(AttrValue::from)
        .to_vec(),
        rows: points.iter().map(row).collect(),
        numeric: vec![true; 6],
    }
}
