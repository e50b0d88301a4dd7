use std::sync::OnceLock;

use crate::{Class, Service, Share};

/// What a seller asks in a service tier for all its models, with where that is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Who sells.
    pub provider: &'static str,
    /// In which service tier.
    pub service: Service,
    /// The part of the standard price.
    pub share: Share,
    /// For which classes, by their letters.
    classes: &'static str,
    /// Where the rule was read.
    pub source: &'static str,
    /// The day (UTC) on which it was read.
    pub checked: &'static str,
}

/// All rules of `data/rules.tsv`, which is read at the first call.
pub fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let lines = include_str!("../data/rules.tsv").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(read).collect()
    })
}

fn read(line: &'static str) -> Option<Rule> {
    let mut cells = line.split('\t');
    Some(Rule {
        provider: cells.next()?,
        service: *Service::ALL.iter().find(|service| cells.clone().next() == Some(service.as_str()))?,
        share: cells.nth(1)?.parse().ok()?,
        classes: cells.next()?,
        source: cells.next()?,
        checked: cells.next()?,
    })
}

/// The part of the standard price that a class costs by the seller's rule.
pub(crate) fn share(provider: &str, service: Service, class: Class) -> Option<Share> {
    let of_seller = |rule: &&Rule| (rule.provider, rule.service) == (provider, service);
    rules().iter().find(of_seller).filter(|rule| rule.classes.contains(class.letter())).map(|rule| rule.share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rules_read_and_say_where_they_are_from() {
        let lines = include_str!("../data/rules.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), rules().len());
        for rule in rules() {
            assert!(rule.source.starts_with("https://") && rule.checked.len() == 10, "{rule:?}");
            assert!(rule.classes.chars().all(|letter| Class::of_letter(letter).is_some()), "{rule:?}");
        }
        assert_eq!(share("anthropic", Service::Batch, Class::CacheWrite1h), Some(Share::thousandths(500)));
        assert_eq!(share("google", Service::Batch, Class::CacheRead), None);
        assert_eq!(share("anthropic", Service::Flex, Class::Input), None);
    }
}
