//! `cargo xtask prices [requirement ...]`: the bundled price table, made anew.
//!
//! The table is merged from what two PyPI packages ship. Which versions is pip's choice (the newest), or
//! that of the requirements given: `cargo xtask prices litellm==1.109.1 genai-prices==0.2.3`. The date in the
//! header is today, or `SOURCE_DATE_EPOCH` for a build that repeats byte for byte.

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

use units::Money;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/pricing/data/prices.tsv");
const SCRATCH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/prices");

/// The classes of tokens, in the order of the table's columns: its name, litellm's field, genai-prices' field.
const CLASSES: [(&str, &str, &str); 5] = [
    ("input", "input_cost_per_token", "input_mtok"),
    ("output", "output_cost_per_token", "output_mtok"),
    ("cache read", "cache_read_input_token_cost", "cache_read_mtok"),
    ("cache write", "cache_creation_input_token_cost", "cache_write_mtok"),
    ("cache write 1h", "cache_creation_input_token_cost_above_1hr", "cache_write_1h_mtok"),
];
const OUTPUT: usize = 1;

/// Where Bedrock runs a model, in front of its name.
const REGIONS: [&str; 8] = ["apac", "au", "ca", "eu", "global", "jp", "us", "us-gov"];

/// Dollars per million tokens, by class.
type Rates = [Option<Money>; 5];

#[derive(Clone, Default)]
struct Row {
    aliases: BTreeSet<String>,
    mode: String,
    /// The day from which the price holds, where known: `2026-08-17`.
    from: String,
    rates: Rates,
    /// By the size of the whole input above which they replace `rates`.
    tiers: BTreeMap<u64, Rates>,
    window: Option<u64>,
    max_output: Option<u64>,
    /// The price also depends on the hour; the row has one of the prices.
    hourly: bool,
    source: &'static str,
    also: Vec<String>,
}

/// Rows by provider and model; several where a price changed, the earliest first.
type Table = BTreeMap<(String, String), Vec<Row>>;

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

    let litellm =
        litellm::read(&read(&litellm_dir.join("litellm/model_prices_and_context_window_backup.json"))?)?;
    let python = read(&genai_dir.join("genai_prices/data.py"))?;
    let genai = genai::read(&output(
        Command::new("python3").args(["-c", include_str!("prices/genai.py")]),
        &python,
    )?)?;

    let today = today()?;
    let mut table = merge(litellm, genai, &today);
    drop_repeated(&mut table);
    let mut text = format!(
        "# Prices in US dollars per million tokens. Made by `cargo xtask prices`; edit nothing here.\n\
         #checked\t{today}\n\
         #source\tlitellm\t{litellm_version}\tMIT\n\
         #source\tgenai-prices\t{genai_version}\tMIT\n\
         #provider\tmodel\taliases\tmode\tfrom\tinput\toutput\tcache_read\tcache_write_5m\tcache_write_1h\t\
         tiers\tcontext_window\tmax_output\thourly\tsource\talso\n"
    );
    for ((provider, model), rows) in &table {
        rows.iter().for_each(|row| text.push_str(&line(provider, model, row)));
    }
    fs::write(TABLE, &text).map_err(|e| format!("{TABLE}: {e}"))?;
    let mut counts = BTreeMap::new();
    table.iter().for_each(|((provider, _), rows)| *counts.entry(provider).or_insert(0) += rows.len());
    println!("{} rows, {} bytes: {counts:?}", text.lines().count() - 5, text.len());
    Ok(())
}

/// The table is about text in and text out.
fn is_text_model(id: &str) -> bool {
    const OTHER: [&str; 12] = [
        "image",
        "audio",
        "tts",
        "realtime",
        "transcribe",
        "whisper",
        "-ocr",
        "-live",
        "voice",
        "sonic",
        "lyria",
        "moderation",
    ];
    !OTHER.iter().any(|word| id.contains(word))
}

/// Makes a row whole, or says that it cannot be billed by: no price, or both 0, by which the sources mean
/// "free" as well as "not known".
fn complete(row: &mut Row) -> bool {
    if row.rates[OUTPUT].is_none() && matches!(row.mode.as_str(), "embedding" | "rerank") {
        row.rates[OUTPUT] = Some(Money::ZERO);
    }
    for write in &mut row.rates[3..] {
        // Where a cache costs nothing to fill, what is written still costs what any input costs.
        *write = write.filter(|price| *price > Money::ZERO);
    }
    let (Some(input), Some(output)) = (row.rates[0], row.rates[OUTPUT]) else { return false };
    for rates in row.tiers.values_mut() {
        for (rate, base) in rates.iter_mut().zip(row.rates) {
            // A tier's price for a class without a price below it is a slip of the source.
            *rate = base.and(rate.or(base));
        }
    }
    input > Money::ZERO || output > Money::ZERO
}

/// litellm's price holds, unless it is one that genai-prices knows to have ended. Where both have a class
/// and differ, or only the other has it, the row says so.
fn merge(litellm: Table, mut genai: Table, today: &str) -> Table {
    let mut merged = Table::new();
    for (key, mut rows) in litellm {
        let ours = rows.remove(0);
        let mut theirs = genai.remove(&key).unwrap_or_default();
        let current = theirs.iter().rposition(|row| row.from.as_str() <= today);
        let Some(current) = current else {
            theirs.insert(0, ours);
            merged.insert(key, theirs);
            continue;
        };
        let same = |row: &Row| row.rates[..2] == ours.rates[..2];
        let stale = !same(&theirs[current]) && theirs[..current].iter().any(same);
        let other = theirs[current].clone();
        let (mut winner, loser) = if stale { (other, ours) } else { (ours, other) };
        compare(&mut winner, &loser);
        theirs[current] = winner;
        merged.insert(key, theirs);
    }
    merged.append(&mut genai);
    // A name of its own beats an alias.
    let names: BTreeSet<_> = merged.keys().cloned().collect();
    for ((provider, _), rows) in &mut merged {
        for row in rows {
            row.aliases.retain(|alias| !names.contains(&(provider.clone(), alias.clone())));
        }
    }
    merged
}

fn compare(winner: &mut Row, loser: &Row) {
    let mut differs = Vec::new();
    let mut taken = Vec::new();
    for (class, (name, ..)) in CLASSES.iter().enumerate() {
        match (winner.rates[class], loser.rates[class]) {
            (Some(a), Some(b)) if a != b => differs.push(format!("{name} {b}")),
            (None, Some(b)) => {
                winner.rates[class] = Some(b);
                taken.push(*name);
                for (above, rates) in &mut winner.tiers {
                    rates[class] = loser.tiers.get(above).map_or(Some(b), |tier| tier[class]);
                }
            }
            _ => {}
        }
    }
    let starts = |row: &Row| row.tiers.keys().map(u64::to_string).collect::<Vec<_>>();
    if starts(winner) != starts(loser) {
        differs.push(match starts(loser).as_slice() {
            [] => "no tiers".to_owned(),
            starts => format!("other prices above {} tokens", starts.join(", ")),
        });
    } else if winner
        .tiers
        .values()
        .zip(loser.tiers.values())
        .any(|(a, b)| a.iter().zip(b).any(|(a, b)| a.is_some() && b.is_some() && a != b))
    {
        differs.push("other prices in its tiers".to_owned());
    }
    if !differs.is_empty() {
        winner.also.push(format!("{} has {}", loser.source, differs.join(", ")));
    }
    if !taken.is_empty() {
        winner.also.push(format!("{} from {}", taken.join(", "), loser.source));
    }
    if winner.from.is_empty() {
        winner.from.clone_from(&loser.from);
    }
    winner.aliases.extend(loser.aliases.iter().cloned());
    winner.window = winner.window.or(loser.window);
    winner.max_output = winner.max_output.or(loser.max_output);
    winner.hourly |= loser.hourly;
}

/// Leaves out what says nothing new: a price "from" a day that is the price of the day before, a model in a
/// region of Bedrock that costs what it costs without one (the lookup takes the region off), and a dated
/// snapshot that costs what the model costs (it becomes another name of the model).
fn drop_repeated(table: &mut Table) {
    for rows in table.values_mut() {
        let mut kept: Vec<Row> = Vec::new();
        for mut row in rows.drain(..) {
            if let Some(before) =
                kept.pop_if(|before| (before.rates, &before.tiers) == (row.rates, &row.tiers))
            {
                row.from = before.from;
            }
            kept.push(row);
        }
        *rows = kept;
    }
    let current = |rows: &[Row]| rows.last().map(|row| (row.rates, row.tiers.clone(), row.mode.clone()));
    let prices: BTreeMap<_, _> = table.iter().map(|(key, rows)| (key.clone(), current(rows))).collect();
    let mut snapshots = Vec::new();
    table.retain(|(provider, model), rows| {
        let same = |name: &str| prices.get(&(provider.clone(), name.to_owned())) == Some(&current(rows));
        let region = model
            .split_once('.')
            .filter(|(region, base)| provider == "bedrock" && REGIONS.contains(region) && same(base));
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

/// `claude-opus-4-5` of `claude-opus-4-5-20251101`, `gpt-4o` of `gpt-4o-2024-08-06`.
fn without_date(model: &str) -> Option<&str> {
    [("-20", 9), ("-20", 11)].iter().find_map(|(start, length)| {
        let (base, date) = model.split_at_checked(model.len().checked_sub(*length)?)?;
        let digits = date.bytes().filter(u8::is_ascii_digit).count();
        (date.starts_with(start) && digits == 8).then_some(base)
    })
}

fn line(provider: &str, model: &str, row: &Row) -> String {
    let number = |n: Option<u64>| n.map_or(String::new(), |n| n.to_string());
    let rates = |rates: &Rates| rates.map(|rate| rate.map_or(String::new(), |rate| rate.to_string()));
    let tiers: Vec<_> =
        row.tiers.iter().map(|(above, tier)| format!("{above}/{}", rates(tier).join("/"))).collect();
    let aliases: Vec<_> = row.aliases.iter().map(String::as_str).collect();
    let cells = [
        provider.to_owned(),
        model.to_owned(),
        aliases.join(","),
        row.mode.clone(),
        row.from.clone(),
        rates(&row.rates).join("\t"),
        tiers.join(";"),
        number(row.window),
        number(row.max_output),
        if row.hourly { "yes".to_owned() } else { String::new() },
        row.source.to_owned(),
        row.also.join("; "),
    ];
    cells.join("\t") + "\n"
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
