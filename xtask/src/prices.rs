//! `cargo xtask prices [requirement ...]`: the bundled price table, made anew.
//!
//! The table is merged from what two PyPI packages ship. Which versions is pip's choice (the newest), or
//! that of the requirements given: `cargo xtask prices litellm==1.109.1 genai-prices==0.2.3`. The date in the
//! header is today, or `SOURCE_DATE_EPOCH` for a build that repeats byte for byte.

mod differences;
mod genai;
mod litellm;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use pricing::{Class, Conflict, Hours, Lane, Mode, Price, PriceBook, Service, Share, line};
use units::Money;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/pricing/data/prices.tsv");
const SCRATCH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/prices");

/// Where Bedrock runs a model, in front of its name.
const REGIONS: [&str; 8] = ["apac", "au", "ca", "eu", "global", "jp", "us", "us-gov"];

/// Who is in the table.
const PROVIDERS: [&str; 36] = [
    "alibaba",
    "amazon",
    "anthropic",
    "azure",
    "bedrock",
    "cerebras",
    "cohere",
    "deepseek",
    "fireworks",
    "google",
    "groq",
    "huggingface_cerebras",
    "huggingface_fireworks-ai",
    "huggingface_groq",
    "huggingface_hyperbolic",
    "huggingface_nebius",
    "huggingface_novita",
    "huggingface_nscale",
    "huggingface_ovhcloud",
    "huggingface_publicai",
    "huggingface_sambanova",
    "huggingface_together",
    "meta",
    "minimax",
    "mistral",
    "moonshot",
    "openai",
    "openrouter",
    "ovhcloud",
    "perplexity",
    "together",
    "vertex",
    "voyage",
    "xai",
    "zai",
    "zhipuai",
];

/// A price and the other names of its model.
#[derive(Clone)]
struct Entry {
    price: Price,
    aliases: BTreeSet<String>,
}

/// Prices by provider and model; several where a price changed, the earliest first.
type Table = BTreeMap<(String, String), Vec<Entry>>;

/// Downloads both packages, merges their tables and writes the bundled one.
///
/// # Errors
/// With a sentence for a person, when pip or Python is missing, a package has changed its shape, or a price
/// cannot be held exactly.
pub fn run() -> Result<(), String> {
    let scratch = Path::new(SCRATCH);
    let _ = fs::remove_dir_all(scratch);
    fs::create_dir_all(scratch).map_err(|e| format!("{SCRATCH}: {e}"))?;
    let mut requirements: Vec<String> = env::args().skip(2).collect();
    for package in ["litellm", "genai-prices"] {
        if !requirements.iter().any(|r| r.starts_with(package)) {
            requirements.push(package.to_owned());
        }
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", SCRATCH]);
    output(pip.arg("--").args(&requirements), "")?;
    let (litellm_dir, litellm_version) = unzip(scratch, "litellm")?;
    let (genai_dir, genai_version) = unzip(scratch, "genai_prices")?;

    let mut litellm =
        litellm::read(&read(&litellm_dir.join("litellm/model_prices_and_context_window_backup.json"))?)?;
    let python = read(&genai_dir.join("genai_prices/data.py"))?;
    let genai = genai::read(&output(
        Command::new("python3").args(["-c", include_str!("prices/genai.py")]),
        &python,
    )?)?;

    let today = today()?;
    // Before, too: what one source adds to a model is for its snapshots as well.
    drop_repeated(&mut litellm, false);
    let mut table = merge(litellm, genai, &today);
    drop_repeated(&mut table, true);
    let mut text = format!(
        "# Prices in US dollars per million tokens. Made by `cargo xtask prices`; edit nothing here.\n\
         #checked\t{today}\n\
         #source\tlitellm\t{litellm_version}\tMIT\n\
         #source\tgenai-prices\t{genai_version}\tMIT\n\
         {}\n",
        line::HEADER
    );
    for row in table.values().flatten() {
        text += &line::write(&row.price, row.aliases.iter().map(String::as_str));
        text.push('\n');
    }
    fs::write(TABLE, &text).map_err(|e| format!("{TABLE}: {e}"))?;
    let rows: Vec<&Price> = table.values().flatten().map(|row| &row.price).collect();
    differences::print(PriceBook::bundled().history(), &rows);
    let mut counts = BTreeMap::new();
    rows.iter().for_each(|price| *counts.entry(&price.provider).or_insert(0) += 1);
    println!("{} rows, {} bytes: {counts:?}", rows.len(), text.len());
    Ok(())
}

/// Whether it has a price that is not 0, by which the sources mean "free" as well as "not known".
fn can_be_billed_by(price: &Price) -> bool {
    let mut prices = price.lanes[0].rates.iter().filter(|(class, _)| !class.is_fee());
    prices.any(|(_, price)| price > Money::ZERO)
}

/// litellm's price holds, unless it is one that genai-prices knows to have ended. Where both have a class
/// and differ, or only the other has it, the row says so.
fn merge(litellm: Table, mut genai: Table, today: &str) -> Table {
    let mut merged = Table::new();
    for (key, mut rows) in litellm {
        let ours = rows.remove(0);
        let mut theirs = genai.remove(&key).unwrap_or_default();
        let current =
            theirs.iter().rposition(|row| row.price.from.as_deref().is_none_or(|from| from <= today));
        let Some(current) = current else {
            theirs.insert(0, ours);
            merged.insert(key, theirs);
            continue;
        };
        let main =
            |row: &Entry| [Class::Input, Class::Output].map(|class| row.price.lanes[0].rates.get(class));
        let same = |row: &Entry| main(row) == main(&ours);
        let stale = !same(&theirs[current]) && theirs[..current].iter().any(same);
        let other = theirs[current].clone();
        let (mut winner, loser) = if stale { (other, ours) } else { (ours, other) };
        winner.aliases.extend(loser.aliases);
        join(&mut winner.price, loser.price);
        theirs[current] = winner;
        merged.insert(key, theirs);
    }
    merged.append(&mut genai);
    // A name of its own beats an alias, and so does a model with a date.
    let names: BTreeSet<_> = merged.keys().cloned().collect();
    for ((provider, model), rows) in &mut merged {
        let taken = |name: &str| names.contains(&(provider.clone(), name.to_owned()));
        for row in rows {
            row.aliases.retain(|alias| {
                !taken(alias) && !without_date(alias).is_some_and(|base| base != model && taken(base))
            });
        }
    }
    merged
}

/// Adds what only the other source knows, and notes where it says something else. Both are asked of the
/// standard service alone, for only litellm knows others.
fn join(winner: &mut Price, loser: Price) {
    let standard = |price: &Price| -> Vec<(bool, u64)> {
        let lanes = price.lanes.iter().filter(|lane| lane.service == Service::Standard);
        lanes.map(|lane| (lane.peak, lane.above)).collect()
    };
    // The listed price at a size, or that of the next size below.
    let at = |price: &Price, (peak, above): (bool, u64), class: Class| {
        let lanes = price.lanes.iter().filter(|lane| lane.service == Service::Standard && lane.peak == peak);
        lanes.filter(|lane| lane.above <= above).filter_map(|lane| lane.rates.get(class)).next_back()
    };
    for (class, _) in Class::ALL {
        if at(winner, (false, 0), class).is_some() {
            continue;
        }
        let standard = |lane: &&mut Lane| {
            lane.service == Service::Standard && (lane.above == 0 && !lane.peak || !class.is_fee())
        };
        let taken = winner.lanes.iter_mut().filter(standard).filter_map(|lane| {
            let value = at(&loser, (lane.peak, lane.above), class)?;
            lane.rates.set(class, value)
        });
        if taken.count() > 0 {
            winner.taken.push(class);
        }
    }
    // A size beyond the window has no other price than that of who tells of it: Sonnet 4.5 took more for a
    // while, and cost more then.
    let beyond = |lane: &&Lane| {
        lane.service == Service::Standard
            && !standard(winner).contains(&(lane.peak, lane.above))
            && winner.context_window.is_some_and(|window| window <= lane.above)
    };
    let beyond = loser.lanes.iter().filter(beyond).cloned();
    let beyond: Vec<Lane> = beyond.map(|lane| Lane { other: true, ..lane }).collect();
    let more = !beyond.is_empty();
    winner.lanes.extend(beyond);
    winner.lanes.sort_by_key(|lane| (lane.service, lane.peak, lane.above));
    let places: BTreeSet<(bool, u64)> = standard(winner).into_iter().chain(standard(&loser)).collect();
    for place in places {
        for (class, _) in Class::ALL {
            let (ours, theirs) = (at(winner, place, class), at(&loser, place, class));
            // Above a size that only one of them knows, what differs below it would differ once more.
            let below = place.1 > 0
                && (ours, theirs) == (at(winner, (place.0, 0), class), at(&loser, (place.0, 0), class));
            if let (Some(ours), Some(value)) = (ours, theirs)
                && ours != value
                && !below
            {
                winner.conflicts.push(Conflict { class, peak: place.0, above: place.1, value });
            }
        }
    }
    winner.other_source =
        (more || !winner.conflicts.is_empty() || !winner.taken.is_empty()).then(|| loser.source.clone());
    winner.from = winner.from.take().or(loser.from);
    winner.context_window = winner.context_window.or(loser.context_window);
    winner.max_output = winner.max_output.or(loser.max_output);
}

/// Leaves out what says nothing new: a price "from" a day that is the price of the day before, a model in a
/// region of Bedrock that costs what it costs without one (the lookup takes the region off), and a dated
/// snapshot that costs what the model costs (it becomes another name of the model).
fn drop_repeated(table: &mut Table, regions: bool) {
    for rows in table.values_mut() {
        let mut kept: Vec<Entry> = Vec::new();
        for mut row in rows.drain(..) {
            if let Some(before) = kept.pop_if(|before| billed(&before.price) == billed(&row.price)) {
                row.price.from = before.price.from;
            }
            kept.push(row);
        }
        *rows = kept;
    }
    let current = |rows: &[Entry]| rows.last().map(|row| billed(&row.price));
    let prices: BTreeMap<_, _> = table.iter().map(|(key, rows)| (key.clone(), current(rows))).collect();
    let mut snapshots = Vec::new();
    table.retain(|(provider, model), rows| {
        let same = |name: &str| prices.get(&(provider.clone(), name.to_owned())) == Some(&current(rows));
        let region = model.split_once('.').filter(|(region, base)| {
            regions && provider == "bedrock" && REGIONS.contains(region) && same(base)
        });
        let model_of = without_date(model).filter(|base| same(base) && rows.len() == 1);
        if let Some(base) = model_of {
            snapshots.push(((provider.clone(), base.to_owned()), model.clone()));
        }
        region.is_none() && model_of.is_none()
    });
    for (key, name) in snapshots {
        table.entry(key).or_default().iter_mut().for_each(|row| {
            row.aliases.insert(name.clone());
        });
    }
}

/// `claude-opus-4-5` of `claude-opus-4-5-20251101` or `claude-opus-4-5@default`, `gpt-4o` of `gpt-4o-2024-08-06`.
fn without_date(model: &str) -> Option<&str> {
    if let Some(base) = model.strip_suffix("@default") {
        return Some(base);
    }
    [("-20", 9), ("-20", 11)].iter().find_map(|(start, length)| {
        let (base, date) = model.split_at_checked(model.len().checked_sub(*length)?)?;
        let digits = date.bytes().filter(u8::is_ascii_digit).count();
        (date.starts_with(start) && digits == 8).then_some(base)
    })
}

/// Everything by which a price bills.
fn billed(price: &Price) -> (Vec<Lane>, Option<Hours>, Option<Share>, Mode) {
    (price.lanes.clone(), price.hours.clone(), price.regional, price.mode)
}

/// Unpacks the one wheel of a package; the folder and the version.
fn unzip(scratch: &Path, package: &str) -> Result<(PathBuf, String), String> {
    let wheel = fs::read_dir(scratch)
        .map_err(|e| format!("{SCRATCH}: {e}"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .find(|name| name.starts_with(&format!("{package}-")) && name.ends_with(".whl"))
        .ok_or_else(|| format!("pip downloaded no wheel of {package}"))?;
    let version = wheel.split('-').nth(1).unwrap_or_default().to_owned();
    let folder = scratch.join(package);
    let mut zip = Command::new("python3");
    output(zip.args(["-m", "zipfile", "-e"]).arg(scratch.join(&wheel)).arg(&folder), "")?;
    Ok((folder, version))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// What a command prints when it is fed `input`.
fn output(command: &mut Command, input: &str) -> Result<String, String> {
    let name: String = format!("{command:?}").chars().take(80).collect();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{name}: {e}; Python 3.10 or later with pip has to be on the PATH"))?;
    child
        .stdin
        .take()
        .map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes()))
        .map_err(|e| format!("{name}: {e}"))?;
    let done = child.wait_with_output().map_err(|e| format!("{name}: {e}"))?;
    if !done.status.success() {
        return Err(format!("{name}: {}", done.status));
    }
    String::from_utf8(done.stdout).map_err(|e| format!("{name}: {e}"))
}

/// Today in UTC as `2026-11-24`.
fn today() -> Result<String, String> {
    let seconds = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map_err(|e| format!("SOURCE_DATE_EPOCH: {text}: {e}"))?,
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_err(|e| e.to_string())?.as_secs() as i64,
    };
    let stamp = jiff::Timestamp::from_second(seconds).map_err(|e| e.to_string())?;
    Ok(stamp.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}
