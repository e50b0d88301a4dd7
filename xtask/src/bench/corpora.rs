//! The texts of the benchmarks: made from Debian packages into `target/corpora`, the same bytes each time
//! from the same package versions.

use crate::bench::prose;
use crate::dist::target_dir;
use crate::shell::{command, output, run, succeeds, which};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// No text is longer, in bytes.
const MOST: usize = 8_000_000;
/// A file of code larger than this is made by a program.
const LARGEST_SOURCE: u64 = 200_000;

/// How a file becomes lines of prose.
#[derive(Clone, Copy)]
enum Kind {
    /// HTML, or the XML of GNOME's help.
    Markup,
    /// One entry after another, parted by lines of `%`.
    Fortunes,
    /// A message catalogue of GNU gettext.
    Catalogue,
    /// The Unicode list of emoji.
    Emoji,
}

/// A package with prose, the folder in it (or the file), and how to read that.
type Source = (&'static str, &'static str, Kind);

/// The prose of each language.
const PROSE: &[(&str, &[Source])] = &[
    (
        "english",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/en-US", Kind::Markup),
            ("installation-guide-amd64", "usr/share/doc/installation-guide-amd64/en", Kind::Markup),
            ("debian-reference-en", "usr/share/debian-reference", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/C", Kind::Markup),
            ("libreoffice-help-en-us", "usr/share/libreoffice/help/en-US/text", Kind::Markup),
            ("fortunes", "usr/share/games/fortunes", Kind::Fortunes),
            ("python3.11-doc", "usr/share/doc/python3.11/html", Kind::Markup),
        ],
    ),
    (
        "ja",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/ja-JP", Kind::Markup),
            ("installation-guide-amd64", "usr/share/doc/installation-guide-amd64/ja", Kind::Markup),
            ("debian-reference-ja", "usr/share/debian-reference", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/ja", Kind::Markup),
            ("libreoffice-help-ja", "usr/share/libreoffice/help/ja/text", Kind::Markup),
        ],
    ),
    (
        "zh",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/zh-CN", Kind::Markup),
            ("debian-reference-zh-cn", "usr/share/debian-reference", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/zh_CN", Kind::Markup),
            ("libreoffice-help-zh-cn", "usr/share/libreoffice/help/zh-CN/text", Kind::Markup),
            ("fortunes-zh", "usr/share/games/fortunes", Kind::Fortunes),
        ],
    ),
    (
        "ko",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/ko-KR", Kind::Markup),
            ("installation-guide-amd64", "usr/share/doc/installation-guide-amd64/ko", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/ko", Kind::Markup),
            ("libreoffice-help-ko", "usr/share/libreoffice/help/ko/text", Kind::Markup),
        ],
    ),
    (
        "ru",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/ru-RU", Kind::Markup),
            ("installation-guide-amd64", "usr/share/doc/installation-guide-amd64/ru", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/ru", Kind::Markup),
            ("libreoffice-help-ru", "usr/share/libreoffice/help/ru/text", Kind::Markup),
            ("fortunes-ru", "usr/share/games/fortunes/ru", Kind::Fortunes),
        ],
    ),
    (
        "ar",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/ar-MA", Kind::Markup),
            ("libreoffice-l10n-ar", "usr/lib/libreoffice/program/resource/ar", Kind::Catalogue),
        ],
    ),
    (
        "hi",
        &[
            ("gnome-user-docs", "usr/share/help/hi", Kind::Markup),
            ("libreoffice-help-hi", "usr/share/libreoffice/help/hi/text", Kind::Markup),
            ("libreoffice-l10n-hi", "usr/lib/libreoffice/program/resource/hi", Kind::Catalogue),
        ],
    ),
    ("th", &[("libreoffice-l10n-th", "usr/lib/libreoffice/program/resource/th", Kind::Catalogue)]),
    (
        "de",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/de-DE", Kind::Markup),
            ("installation-guide-amd64", "usr/share/doc/installation-guide-amd64/de", Kind::Markup),
            ("debian-reference-de", "usr/share/debian-reference", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/de", Kind::Markup),
            ("libreoffice-help-de", "usr/share/libreoffice/help/de/text", Kind::Markup),
            ("fortunes-de", "usr/share/games/fortunes/de", Kind::Fortunes),
        ],
    ),
    (
        "el",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/el-GR", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/el", Kind::Markup),
        ],
    ),
    (
        "fa",
        &[
            ("debian-handbook", "usr/share/doc/debian-handbook/html/fa-IR", Kind::Markup),
            ("gnome-user-docs", "usr/share/help/fa", Kind::Markup),
        ],
    ),
    ("ta", &[("gnome-user-docs", "usr/share/help/ta", Kind::Markup)]),
    ("te", &[("gnome-user-docs", "usr/share/help/te", Kind::Markup)]),
    ("fr", &[("gnome-user-docs", "usr/share/help/fr", Kind::Markup)]),
    ("pl", &[("gnome-user-docs", "usr/share/help/pl", Kind::Markup)]),
    ("tr", &[("debian-handbook", "usr/share/doc/debian-handbook/html/tr-TR", Kind::Markup)]),
    ("vi", &[("debian-handbook", "usr/share/doc/debian-handbook/html/vi-VN", Kind::Markup)]),
    ("emoji", &[("unicode-data", "usr/share/unicode/emoji/emoji-test.txt", Kind::Emoji)]),
];

/// What the mixed text takes of each language, in bytes, as far as it has that much.
const MIXED: &[(&str, usize)] = &[
    ("zh", 1_400_000),
    ("ja", 1_400_000),
    ("ko", 1_000_000),
    ("ru", 1_000_000),
    ("ar", 600_000),
    ("hi", 500_000),
    ("th", 500_000),
    ("el", 400_000),
    ("fa", 300_000),
    ("ta", 200_000),
    ("te", 200_000),
    ("de", 200_000),
    ("fr", 100_000),
    ("pl", 100_000),
    ("tr", 100_000),
    ("vi", 100_000),
    ("english", 100_000),
    ("emoji", 100_000),
];

/// A language of code: the ends of its file names, and packages with the folder in each.
type Code = (&'static [&'static str], &'static [(&'static str, &'static str)]);

/// Source code; each language gets a fifth.
const CODE: &[Code] = &[
    (&["rs"], &[("rust-src", "usr/src/rustc-1.63.0/library"), ("rust-src", "usr/src/rustc-1.63.0/compiler")]),
    (&["py"], &[("libpython3.11-stdlib", "usr"), ("python3-django", "usr")]),
    (&["js", "ts"], &[("webpack", "usr"), ("node-undici", "usr"), ("node-babel7", "usr")]),
    (&["h"], &[("linux-libc-dev", "usr"), ("libglib2.0-dev", "usr"), ("libstdc++-12-dev", "usr")]),
    (&["go"], &[("golang-1.19-src", "usr/share/go-1.19/src")]),
];

/// The names of all texts, in the order of the tables.
pub const NAMES: [&str; 12] =
    ["english", "code", "mixed", "ja", "zh", "ko", "ru", "ar", "hi", "th", "de", "emoji"];

/// The names of the hard cases: 200 KB without a place to cut.
pub const RUNS: [&str; 4] = ["run-letter", "run-spaces", "run-blanks", "run-zh"];

/// Where the texts lie, as `<name>.txt`.
pub fn folder() -> PathBuf {
    target_dir().join("corpora")
}

/// Makes the texts unless all of them are there.
pub fn ensure() -> Result<(), String> {
    let there = |name: &&str| folder().join(format!("{name}.txt")).is_file();
    if NAMES.iter().chain(&RUNS).all(there) { Ok(()) } else { make() }
}

/// The texts with their sizes and checksums, as a paragraph.
pub fn sizes() -> Result<String, String> {
    let mut each = Vec::new();
    for name in NAMES {
        let path = folder().join(format!("{name}.txt"));
        let bytes = fs::read(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        each.push(format!("{name} {} B {:08x}", bytes.len(), crc(&bytes)));
    }
    Ok(format!("The texts, each with its CRC-32: {}.\n\n", each.join(", ")))
}

/// Makes all texts anew and prints the size and CRC-32 of each.
pub fn make() -> Result<(), String> {
    if which("apt-get").is_none() || which("dpkg-deb").is_none() {
        return Err(format!(
            "the texts are made from Debian packages, and this machine has no apt-get and dpkg-deb: make them on \
             one that has, or put texts of your own into {} as {}.txt",
            folder().display(),
            NAMES.join(".txt, "),
        ));
    }
    let packages = Packages::fetch()?;
    let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for &(language, sources) in PROSE {
        let mut documents = Vec::new();
        for &(package, place, kind) in sources {
            for path in files(&packages.root(package).join(place))? {
                documents.push(prose_of(&path, kind)?);
            }
        }
        texts.insert(language, distinct(language, shuffled(documents)));
    }
    let mut mixed = Vec::new();
    print!("mixed of ");
    for &(language, most) in MIXED {
        let lines = capped(shuffled(texts[language].clone()), most);
        print!("{language} {} kB, ", lines.iter().map(String::len).sum::<usize>() / 1000);
        mixed.extend(lines);
    }
    println!("lines in turns");
    texts.insert("mixed", shuffled(mixed));
    texts.insert("code", code(&packages)?);

    fs::create_dir_all(folder())
        .map_err(|error| format!("{} cannot be made: {error}", folder().display()))?;
    for name in NAMES {
        let text = capped(texts.remove(name).unwrap_or_default(), MOST).concat();
        if text.len() < 50_000 {
            return Err(format!(
                "there are only {} bytes of {name}: its packages have changed their layout",
                text.len()
            ));
        }
        keep(name, &text)?;
    }
    for name in RUNS {
        keep(name, &hard_case(name))?;
    }
    println!("made in {} from {}", folder().display(), packages.versions());
    Ok(())
}

fn keep(name: &str, text: &str) -> Result<(), String> {
    let path = folder().join(format!("{name}.txt"));
    fs::write(&path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    println!("{name:10} {:>9} B  crc32 {:08x}", text.len(), crc(text.as_bytes()));
    Ok(())
}

fn hard_case(name: &str) -> String {
    const SIZE: usize = 200_000;
    match name {
        "run-letter" => "a".repeat(SIZE),
        "run-spaces" => " ".repeat(SIZE),
        "run-zh" => "的一是不了人我在有他".repeat(SIZE / 30),
        _ => {
            // All of the white space that texts have, in an order without a pattern.
            const BLANKS: [&str; 8] = [" ", "  ", "\t", "\n", "\r\n", "\u{a0}", "\u{3000}", "\u{2003}"];
            let mut text = String::new();
            let mut state: u32 = 1;
            while text.len() < SIZE {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                text.push_str(BLANKS[(state >> 29) as usize]);
            }
            text
        }
    }
}

/// The unpacked packages.
struct Packages {
    versions: BTreeMap<&'static str, String>,
}

impl Packages {
    fn fetch() -> Result<Packages, String> {
        let scratch = folder().join("packages");
        fs::create_dir_all(&scratch)
            .map_err(|error| format!("{} cannot be made: {error}", scratch.display()))?;
        let prose = PROSE.iter().flat_map(|(_, sources)| sources.iter().map(|(package, ..)| *package));
        let code = CODE.iter().flat_map(|(_, sources)| sources.iter().map(|(package, _)| *package));
        let names: BTreeSet<&str> = prose.chain(code).collect();
        let missing: Vec<&str> =
            names.iter().copied().filter(|name| archive(&scratch, name).is_none()).collect();
        if !missing.is_empty() {
            println!(
                "Fetching {} Debian packages (about 200 MB), nothing of which is installed.",
                missing.len()
            );
            run(command("apt-get").args(["download", "-q"]).args(&missing).current_dir(&scratch))
                .map_err(|error| format!("{error}; `apt-get update` may help"))?;
        }
        let mut versions = BTreeMap::new();
        for name in names {
            let archive =
                archive(&scratch, name).ok_or_else(|| format!("apt-get fetched no archive of {name}"))?;
            let root = scratch.join(name);
            // The folder appears only once all of it is there.
            let partial = scratch.join(format!("{name}.part"));
            if !root.is_dir() {
                let _ = fs::remove_dir_all(&partial);
                if !succeeds(command("dpkg-deb").arg("-x").arg(&archive).arg(&partial)) {
                    return Err(format!("dpkg-deb cannot unpack {}", archive.display()));
                }
                fs::rename(&partial, &root)
                    .map_err(|error| format!("{} cannot be made: {error}", root.display()))?;
            }
            let version = output(command("dpkg-deb").arg("-f").arg(&archive).arg("Version"));
            versions.insert(name, version.unwrap_or_default().trim().to_owned());
        }
        Ok(Packages { versions })
    }

    fn root(&self, package: &str) -> PathBuf {
        folder().join("packages").join(package)
    }

    fn versions(&self) -> String {
        let each: Vec<String> =
            self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        each.join(", ")
    }
}

fn archive(scratch: &Path, package: &str) -> Option<PathBuf> {
    let start = format!("{package}_");
    let mut entries = fs::read_dir(scratch).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    entries.find(|path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(&start) && name.ends_with(".deb"))
    })
}

/// The files under the path (or the file itself), in the order of their paths.
fn files(place: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut open = vec![place.to_owned()];
    while let Some(path) = open.pop() {
        // Links lead to what is elsewhere counted already, or out of the package.
        let about = fs::symlink_metadata(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        if about.is_file() {
            found.push(path);
        } else if about.is_dir() {
            let entries =
                fs::read_dir(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
            open.extend(entries.filter_map(|entry| Some(entry.ok()?.path())));
        }
    }
    found.sort();
    Ok(found)
}

/// The lines of a document; none for a file of another kind that lies beside them.
fn prose_of(path: &Path, kind: Kind) -> Result<String, String> {
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
    let wanted = match kind {
        Kind::Markup => matches!(end, "html" | "page"),
        Kind::Fortunes => !matches!(end, "dat" | "u8"),
        Kind::Catalogue => end == "mo",
        Kind::Emoji => true,
    };
    if !wanted {
        return Ok(String::new());
    }
    let bytes = fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if let Kind::Catalogue = kind {
        return prose::of_catalogue(&bytes)
            .ok_or_else(|| format!("{} is no message catalogue", path.display()));
    }
    let Ok(text) = String::from_utf8(bytes) else { return Ok(String::new()) };
    Ok(match kind {
        Kind::Markup => prose::of_markup(&text),
        Kind::Emoji => prose::of_emoji(&text),
        Kind::Fortunes | Kind::Catalogue => text,
    })
}

/// The lines that are of the language, each once.
fn distinct(language: &str, documents: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for line in documents.iter().flat_map(|document| document.lines()) {
        if prose::is_of(language, line) && seen.insert(line) {
            kept.push(format!("{line}\n"));
        }
    }
    kept
}

/// Whole files of the five languages in turn, each file once.
fn code(packages: &Packages) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    for (ends, sources) in CODE {
        let mut sheets = BTreeSet::new();
        for (package, place) in *sources {
            for path in files(&packages.root(package).join(place))? {
                let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
                if ends.contains(&end)
                    && fs::metadata(&path).is_ok_and(|about| about.len() <= LARGEST_SOURCE)
                    && let Ok(mut text) = fs::read_to_string(&path)
                {
                    text.push('\n');
                    sheets.insert(text);
                }
            }
        }
        all.extend(capped(shuffled(sheets.into_iter().collect()), MOST / CODE.len()));
    }
    Ok(shuffled(all))
}

/// As many of the texts, from the first, as the size allows; the last is not cut.
fn capped(texts: Vec<String>, most: usize) -> Vec<String> {
    let mut size = 0;
    let fits = |text: &String| {
        size += text.len();
        size <= most
    };
    texts.into_iter().take_while(fits).collect()
}

/// An order without a pattern that is the same each time: a slice of the text is then like the whole.
fn shuffled(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_by_cached_key(|text| (crc(text.as_bytes()), text.clone()));
    texts
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
