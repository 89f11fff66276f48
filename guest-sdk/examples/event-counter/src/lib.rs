//! Counts the events of each topic in storage.
#![cfg_attr(target_family = "wasm", no_std)]
corelet_guest::bindgen!();
use corelet_guest::info;

/// All that it counts is in storage, under the topic's name.
#[derive(Debug)]
pub struct EventCounter;

impl Plugin for EventCounter {
    fn init() -> Result<Self, Error> {
        Ok(Self)
    }
}

impl event_handler::Guest for EventCounter {
    fn handle(&mut self, event: event_handler::Event<'_>) -> Result<(), Error> {
        let count = storage::get_u32(event.topic)?
            .unwrap_or(0)
            .saturating_add(1);
        storage::set_u32(event.topic, count)?;
        info!("{} no. {count}", event.topic);
        Ok(())
    }
}
corelet_guest::export!(EventCounter);

#[cfg(test)]
mod tests {
    use super::{
        event_handler::{Event, Guest},
        *,
    };
    use corelet_guest::sim;

    fn happens(topic: &str) -> Result<(), String> {
        let event = Event {
            topic,
            timestamp: 0,
            payload: &[],
        };
        EventCounter
            .handle(event)
            .map_err(|error| error.message.to_owned())
    }

    #[test]
    fn counts_each_topic_on_its_own() {
        for topic in ["button", "door", "button"] {
            happens(topic).unwrap();
        }
        assert_eq!(sim::storage("button"), 2);
        assert_eq!(sim::storage("door"), 1);
        assert_eq!(sim::log(), "button no. 2");
    }

    #[test]
    fn more_topics_than_its_quota_holds_are_an_error() {
        let topics = (0..9).map(|number| format!("topic-with-a-long-name-{number}"));
        let answers: Vec<_> = topics.map(|topic| happens(&topic)).collect();
        assert_eq!(answers.first(), Some(&Ok(())));
        assert_eq!(
            answers.last(),
            Some(&Err("corelet:host/storage".to_owned()))
        );
    }
}
