//! A file and its name.

use js_sys::Reflect;
use web_sys::File;

/// A file, and what people know it by: its path inside the folder it came from, or else its name. Names alone do
/// not tell the files of a folder apart.
#[derive(Clone, Debug)]
pub struct NamedFile {
    /// The path or name.
    pub name: String,
    /// The handle.
    pub file: File,
}

impl From<File> for NamedFile {
    fn from(file: File) -> NamedFile {
        // Only files of a chosen folder have one; the bindings do not know it.
        let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        NamedFile { name: path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name()), file }
    }
}
