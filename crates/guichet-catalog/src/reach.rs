//! What a probe of a target can see at all. What never enters: what it saw.

use guichet_model::Target;
use guichet_platforms::platform;

/// What a probe of a target can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Whether there are slots.
    Slots,
    /// Only the state of the service: the platform's own CAPTCHA stands before the slots.
    Wall,
    /// Nothing: it must not be asked. Why, in words that say what would change it.
    NotAsked(&'static str),
}

/// What a probe of `target` can see, as far as its platform and its file tell.
pub fn reach(target: &Target) -> Reach {
    let Some(platform) = platform(&target.platform) else {
        return Reach::NotAsked("its platform is not known; name one that is in its site file");
    };
    match platform.not_asked(target) {
        Some(why) => Reach::NotAsked(why),
        None if platform.is_walled() => Reach::Wall,
        None => Reach::Slots,
    }
}
