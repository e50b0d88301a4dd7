//! Prices them natively, so many times, and prints how long each took.

use std::time::Instant;

use pricing::PriceBook;

fn main() {
    let times = std::env::args().nth(1).and_then(|times| times.parse().ok()).unwrap_or(1);
    let book = PriceBook::bundled();
    let mut total = String::new();
    let ms: Vec<String> = (0..times)
        .map(|_| {
            let begun = Instant::now();
            total = bench_prices::price(&book).total.to_string();
            format!("{:.3}", begun.elapsed().as_secs_f64() * 1e3)
        })
        .collect();
    println!(r#"{{"kind":"priced","total":"{total}","ms":[{}]}}"#, ms.join(","));
}
