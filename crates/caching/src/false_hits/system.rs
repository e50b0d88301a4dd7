use super::{Finding, Sign};
use crate::Request;

/// Two different system prompts. Where one of them is not known there is nothing to say.
pub(super) fn detect(source: &Request, request: &Request) -> Option<Finding> {
    let (one, other) = (source.system?, request.system?);
    let show = |hash: u64| format!("{hash:016x}");
    (one != other).then(|| Finding { sign: Sign::System, first: show(one), second: show(other) })
}
