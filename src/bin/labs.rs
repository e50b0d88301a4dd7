//! Draws the screens that are fetched when one of them is first shown.

fn main() {
    tokenflame::labs::start();
}
