use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trace::FileId;

use crate::{json::Unit, mapping::Mapping};

/// How a file is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// As its content tells.
    #[default]
    Auto,
    /// As the format of this key.
    Format(String),
    /// As records of one's own, whose times without a unit are in this one.
    Unit(Unit),
    /// As a person said what is what.
    Mapping(Mapping),
}

/// What was chosen for the files of a session.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// For single files; entries of archives are files too.
    pub files: BTreeMap<FileId, Choice>,
    /// For all others.
    pub others: Choice,
}

impl Choices {
    /// What was chosen for a file.
    pub fn of(&self, file: FileId) -> Choice {
        self.files.get(&file).unwrap_or(&self.others).clone()
    }
}
