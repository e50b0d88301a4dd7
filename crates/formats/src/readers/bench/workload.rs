//! Workload traces: when requests came and how long they were, without texts and mostly without a model.

use rustc_hash::FxHashMap;
use serde_json::Value;
use trace::{Call, Convention, Fate, ProblemCode, RecordRef, Status, StrId};
use units::{Figure, Timestamp};

use super::{clock, intern, is_undated, note_undated};
use crate::{
    About, Confidence, Container, Family, Format, Head, Output, Reader, Record,
    json::{self, Unit},
};

/// One kind of trace: what its columns are called.
#[derive(Clone, Copy)]
pub struct Workload {
    about: About,
    container: Container,
    /// Fields that only this kind has, all of them.
    marks: &'static [&'static str],
    /// Fields that another kind has beside them.
    without: &'static [&'static str],
    /// When the request came, and in which unit; a date where there is none.
    arrival: (&'static str, Option<Unit>),
    input: &'static str,
    output: &'static str,
    /// How long it took, in seconds.
    elapsed: &'static str,
    model: &'static str,
    /// The kind of request.
    kind: &'static str,
    session: &'static str,
    /// Tokens of a block of `hash_ids`.
    block_tokens: u64,
}

const PLAIN: Workload = Workload {
    about: About { key: "", name: "", family: Family::Workloads, origin: "" },
    container: Container::Csv,
    marks: &[],
    without: &[],
    arrival: ("", None),
    input: "",
    output: "",
    elapsed: "",
    model: "",
    kind: "",
    session: "",
    block_tokens: 0,
};

/// What both traces with blocks have.
const BLOCKS: Workload =
    Workload { container: Container::Json, input: "input_length", output: "output_length", ..PLAIN };

/// Mooncake's, also written by Dynamo and AIPerf, there with sessions.
pub static MOONCAKE: Workload = Workload {
    about: About {
        key: "mooncake",
        name: "Mooncake trace",
        family: Family::Workloads,
        origin: "The traces of the Mooncake paper; Dynamo and AIPerf write the same.",
    },
    marks: &["input_length", "output_length"],
    without: &["chat_id"],
    arrival: ("timestamp", Some(Unit::Ms)),
    session: "session_id",
    block_tokens: 512,
    ..BLOCKS
};

/// The Qwen traces of Bailian.
pub static BAILIAN: Workload = Workload {
    about: About {
        key: "qwen-bailian",
        name: "Qwen-Bailian trace",
        family: Family::Workloads,
        origin: "The published traces of Qwen on Bailian.",
    },
    marks: &["chat_id", "parent_chat_id", "input_length", "output_length"],
    arrival: ("timestamp", Some(Unit::S)),
    kind: "type",
    block_tokens: 16,
    ..BLOCKS
};

/// The traces of Azure's LLM inference.
pub static AZURE: Workload = Workload {
    about: About {
        key: "azure-llm",
        name: "Azure LLM inference trace",
        family: Family::Workloads,
        origin: "AzurePublicDataset: AzureLLMInferenceTrace_*.csv.",
    },
    marks: &["TIMESTAMP", "ContextTokens", "GeneratedTokens"],
    arrival: ("TIMESTAMP", None),
    input: "ContextTokens",
    output: "GeneratedTokens",
    ..PLAIN
};

/// BurstGPT's.
pub static BURSTGPT: Workload = Workload {
    about: About {
        key: "burstgpt",
        name: "BurstGPT trace",
        family: Family::Workloads,
        origin: "BurstGPT: BurstGPT_*.csv.",
    },
    marks: &["Timestamp", "Model", "Request tokens", "Response tokens"],
    arrival: ("Timestamp", Some(Unit::S)),
    input: "Request tokens",
    output: "Response tokens",
    elapsed: "Elapsed time",
    model: "Model",
    kind: "Log Type",
    session: "Session ID",
    ..PLAIN
};

/// Vidur's.
pub static VIDUR: Workload = Workload {
    about: About {
        key: "vidur",
        name: "Vidur trace",
        family: Family::Workloads,
        origin: "Request traces of Vidur.",
    },
    marks: &["num_prefill_tokens", "num_decode_tokens"],
    arrival: ("arrived_at", Some(Unit::S)),
    input: "num_prefill_tokens",
    output: "num_decode_tokens",
    ..PLAIN
};

impl Workload {
    fn is_request(&self, record: &Value) -> bool {
        let has = |name: &&str| record.get(*name).is_some();
        self.marks.iter().all(has) && !self.without.iter().any(has)
    }
}

impl Format for Workload {
    fn about(&self) -> &About {
        &self.about
    }

    fn sniff(&self, head: &Head) -> Confidence {
        match head.container == self.container && head.records.iter().any(|record| self.is_request(record)) {
            true => Confidence::Certain,
            false => Confidence::No,
        }
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Requests { columns: *self, chats: FxHashMap::default(), undated: false })
    }
}

struct Requests {
    columns: Workload,
    /// The first chat of each conversation, by the number of any of its chats.
    chats: FxHashMap<u64, StrId>,
    undated: bool,
}

impl Reader for Requests {
    fn record(&mut self, record: &Record<'_>, out: &mut Output<'_>) {
        let value: Value = serde_json::from_str(record.text).unwrap_or_default();
        let at = record.at;
        let columns = self.columns;
        let tokens = |name: &str, out: &mut Output<'_>| out.known(json::tokens(&value[name]), name, at);
        let (input, output) = (tokens(columns.input, out), tokens(columns.output, out));
        if !value.is_object() || !input.is_known() && !output.is_known() {
            return out.count(Fate::Dropped("a request without lengths"));
        }
        out.count(Fate::Kept);
        let mut call = Call::at(at);
        call.usage.output = output;
        call.usage.set_input(input, Convention::Inclusive);
        call.start = self.arrival(&value, at, out);
        call.duration = out.known(json::nanos(&value[columns.elapsed], Unit::S), columns.elapsed, at);
        call.model = intern(&value[columns.model], out);
        call.name = intern(&value[columns.kind], out);
        call.session = self.session(&value, at, out);
        if columns.about.key == BURSTGPT.about.key && output.get() == Some(0) {
            // Its own word for a request that failed.
            (call.status, call.usage.output, call.duration) = (Status::Failed, Figure::UNKNOWN, None);
        }
        self.blocks(&value, &mut call, at, out);
        out.builder.add_call(call, None, &[]);
    }
}

impl Requests {
    fn arrival(&mut self, value: &Value, at: RecordRef, out: &mut Output<'_>) -> Option<Timestamp> {
        let (name, unit) = self.columns.arrival;
        let read = match unit {
            Some(unit) => clock(&value[name], unit),
            None => json::timestamp(&value[name]),
        };
        let arrival = out.known(read, name, at)?;
        if is_undated(arrival) {
            note_undated(&mut self.undated, at, out);
        }
        Some(arrival)
    }

    /// The session, or the conversation that a chat goes on with.
    fn session(&mut self, value: &Value, at: RecordRef, out: &mut Output<'_>) -> StrId {
        let named = &value[self.columns.session];
        if let Some(number) = named.as_u64() {
            return out.builder.intern(&number.to_string());
        }
        let Some(chat) = out.known(json::whole(&value["chat_id"]), "chat_id", at) else {
            return intern(named, out);
        };
        // −1 is the parent of a first chat.
        let parent = value["parent_chat_id"].as_u64();
        let first = parent.and_then(|parent| self.chats.get(&parent).copied());
        let first = first.unwrap_or_else(|| out.builder.intern(&parent.unwrap_or(chat).to_string()));
        self.chats.insert(chat, first);
        first
    }

    fn blocks(&mut self, value: &Value, call: &mut Call, at: RecordRef, out: &mut Output<'_>) {
        let Some(ids) = value["hash_ids"].as_array().filter(|ids| !ids.is_empty()) else { return };
        let known: Vec<u64> = ids.iter().filter_map(Value::as_u64).collect();
        if known.len() < ids.len() {
            let message = "hash_ids are not whole numbers; the blocks of the prompt were taken as unknown";
            return out.problem(ProblemCode::BadValue, at, message, "");
        }
        let (blocks, Some(input)) = (known.len() as u64, call.usage.input.get()) else { return };
        let Some(size) = block_size(input, blocks, self.columns.block_tokens) else {
            let message = "hash_ids are more or fewer blocks than the input has; they were taken as unknown";
            return out.problem(ProblemCode::Contradiction, at, message, "");
        };
        call.blocks = out.builder.blocks(known);
        call.block_tokens = size;
    }
}

/// Tokens of a block: the usual number where it fits, else the power of two that does.
fn block_size(input: u64, blocks: u64, usual: u64) -> Option<u32> {
    let other = input.div_ceil(blocks).checked_next_power_of_two()?;
    let fits = |size: &u64| input.div_ceil(*size) == blocks;
    [usual, other].into_iter().find(fits).and_then(|size| u32::try_from(size).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_the_size_that_fits() {
        for (input, blocks, usual, size) in [
            (40_160, 79, 512, Some(512)),
            (13, 1, 512, Some(512)),
            (100, 7, 16, Some(16)),
            (1000, 16, 512, Some(64)),
            (1000, 700, 512, None),
            (0, 1, 512, None),
            (u64::MAX, 1, 512, None),
        ] {
            assert_eq!(block_size(input, blocks, usual), size, "{input} {blocks}");
        }
    }
}
