use std::{cell::RefCell, ops::Deref, rc::Rc};

use crate::{Billable, Cost, Price, Terms, card::Card};

/// A price for many requests: what it comes to under the terms of one is worked out once for all that share them.
#[derive(Debug)]
pub struct Tariff {
    price: Price,
    cards: RefCell<Vec<Rc<Card>>>,
}

impl Tariff {
    /// Of a price.
    pub fn new(price: Price) -> Tariff {
        Tariff { price, cards: RefCell::default() }
    }

    /// What a request costs, as [`Price::cost`] has it.
    pub fn cost(&self, tokens: &Billable, terms: &Terms) -> Cost {
        let (asked, size) = (self.price.asked(terms), tokens.total_input);
        let mut cards = self.cards.borrow_mut();
        let card = match cards.iter().find(|card| card.is_for(asked, size)) {
            Some(card) => card.clone(),
            None => {
                let card = Rc::new(Card::new(&self.price, asked, size));
                cards.push(card.clone());
                card
            }
        };
        Cost::new(tokens, card)
    }
}

impl Deref for Tariff {
    type Target = Price;

    fn deref(&self) -> &Price {
        &self.price
    }
}
