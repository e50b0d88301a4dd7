use super::bill::Item;
use crate::{protocol::Finding, session::Session};
pub(crate) fn findings(_session: &Session, _items: &[Item<'_>], _wasteful: f64) -> Vec<Finding> {
    Vec::new()
}
