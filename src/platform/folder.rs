//! What lies in folders.

use std::collections::BTreeMap;

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry, FileSystemFileEntry,
};

use super::file::NamedFile;

/// Files and folders that programs and systems leave in every folder and that hold no traces. Other hidden ones
/// are read: coding agents keep their logs in such.
const NO_TRACES: [&str; 8] =
    [".git", ".hg", ".svn", ".DS_Store", "Thumbs.db", "desktop.ini", "node_modules", "__MACOSX"];

/// The files of some folders.
#[derive(Default)]
pub struct Listing {
    /// In the order of their paths.
    pub files: Vec<NamedFile>,
    /// How much was left out because it holds no traces, by name.
    pub left_out: BTreeMap<String, u64>,
    /// The paths of what the browser could not read.
    pub unreadable: Vec<String>,
}

impl Listing {
    /// Lists folders that were dropped. Empty as soon as `goes_on` says no.
    pub async fn of_dropped(folders: Vec<FileSystemDirectoryEntry>, goes_on: impl Fn() -> bool) -> Listing {
        let mut listing = Listing::default();
        let mut open = folders;
        while let Some(folder) = open.pop() {
            let reader = folder.create_reader();
            // The browser hands out some entries at a time, and none after the last.
            loop {
                let entries = next_entries(&reader).await;
                if !goes_on() {
                    return Listing::default();
                }
                match entries {
                    Ok(entries) if entries.length() == 0 => break,
                    Ok(entries) => listing.take(entries, &mut open).await,
                    Err(_) => {
                        listing.unreadable.push(path(&folder));
                        break;
                    }
                }
            }
        }
        listing.sort()
    }

    /// The files of a folder that was chosen, which the browser has listed.
    pub fn of_chosen(files: Vec<NamedFile>) -> Listing {
        let mut listing = Listing::default();
        for file in files {
            // The first is the folder that was chosen.
            match file.name.split('/').skip(1).find(|part| has_no_traces(part)) {
                Some(part) => *listing.left_out.entry(part.to_owned()).or_default() += 1,
                None => listing.files.push(file),
            }
        }
        listing.sort()
    }

    async fn take(&mut self, entries: Array, open: &mut Vec<FileSystemDirectoryEntry>) {
        let mut asked = Vec::new();
        for entry in entries.iter().map(JsCast::unchecked_into::<FileSystemEntry>) {
            let name = entry.name();
            if has_no_traces(&name) {
                *self.left_out.entry(name).or_default() += 1;
            } else if entry.is_directory() {
                open.push(entry.unchecked_into());
            } else {
                // All at once: each takes a turn of the browser's.
                asked.push((path(&entry), file_of(entry.unchecked_into())));
            }
        }
        for (name, file) in asked {
            match JsFuture::from(file).await {
                Ok(file) => self.files.push(NamedFile { name, file: file.unchecked_into::<File>() }),
                Err(_) => self.unreadable.push(name),
            }
        }
    }

    fn sort(mut self) -> Listing {
        self.files.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        self
    }
}

fn has_no_traces(name: &str) -> bool {
    NO_TRACES.contains(&name) || name.starts_with("._")
}

/// The path from the folder that was dropped on.
fn path(entry: &FileSystemEntry) -> String {
    entry.full_path().trim_start_matches('/').to_owned()
}

async fn next_entries(reader: &FileSystemDirectoryReader) -> Result<Array, JsValue> {
    let entries = Promise::new(&mut |resolve, reject| {
        if let Err(why) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
            let _ = reject.call1(&JsValue::NULL, &why);
        }
    });
    Ok(JsFuture::from(entries).await?.unchecked_into())
}

fn file_of(entry: FileSystemFileEntry) -> Promise {
    Promise::new(&mut |resolve, reject| entry.file_with_callback_and_callback(&resolve, &reject))
}
