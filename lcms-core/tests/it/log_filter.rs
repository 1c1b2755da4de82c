//! The change log by who did what, page by page.

use lcms_core::model::{Event, EventKind, EventNumber, Kind, Role};
use lcms_core::service::{EventFilter, Session};
use lcms_core::store::events;

use crate::documents::topic;
use crate::harness::{LIBRARY, Server, new_component};

/// Every event that fits, by pages of that size, newest first.
async fn paged(session: &Session, filter: &EventFilter, limit: u64) -> Vec<EventNumber> {
    let mut numbers = Vec::new();
    let mut before = None;
    loop {
        let page = session.events_before(before, filter, limit).await.unwrap();
        numbers.extend(page.items.iter().map(|event| event.number));
        if !page.more {
            return numbers;
        }
        before = Some(page.next);
    }
}

on_every_engine! {
    async fn a_filter_gives_what_going_through_the_whole_log_gives(server: &Server) {
        server.library("other").await;
        let anna = server.user("anna", &[(Role::Author, LIBRARY), (Role::Author, "other")]).await;
        let bert = server.user("bert", &[(Role::Author, LIBRARY)]).await;
        for n in 0..12 {
            let at = format!("lib/a{n}");
            let who = if n % 3 == 0 { &bert } else { &anna };
            who.create(new_component(&at, Kind::Topic, topic("One")), None).await.unwrap();
            if n % 2 == 0 {
                server.save(&at, topic("Two")).await;
            }
            if n % 4 == 0 {
                let at = format!("other/b{n}");
                anna.create(new_component(&at, Kind::Topic, topic("One")), None).await.unwrap();
            }
        }
        let operator = server.operator();
        let store = server.store().await;
        let all = events::after(store.reader(), EventNumber(0), 10_000).await.unwrap();
        let middle = all[all.len() / 2].time;
        let library = all.iter().find_map(|event| event.library);
        let component = all.iter().rev().find_map(|event| event.component);
        let (anna, bert) = (Some(anna.actor().id()), Some(bert.actor().id()));
        let (saved, created) = (EventKind::RevisionSaved, EventKind::ComponentCreated);
        let any = EventFilter::default();
        let filters = [
            any.clone(),
            EventFilter { actor: anna, ..any.clone() },
            EventFilter { actor: bert, kinds: vec![created], ..any.clone() },
            EventFilter { actor: bert, kinds: vec![saved], ..any.clone() },
            EventFilter { kinds: vec![saved, created], ..any.clone() },
            EventFilter { kinds: vec![created], library, ..any.clone() },
            EventFilter { kinds: vec![created, saved], since: Some(middle), ..any.clone() },
            EventFilter { actor: anna, until: Some(middle), ..any.clone() },
            EventFilter { actor: anna, component, ..any.clone() },
            EventFilter { library, ..any },
        ];
        for filter in filters {
            let fits = |event: &&Event| {
                filter.actor.is_none_or(|actor| event.actor == actor)
                    && (filter.kinds.is_empty() || filter.kinds.contains(&event.kind))
                    && filter.component.is_none_or(|id| event.component == Some(id))
                    && filter.library.is_none_or(|id| event.library == Some(id))
                    && filter.since.is_none_or(|since| event.time >= since)
                    && filter.until.is_none_or(|until| event.time < until)
            };
            let expected: Vec<_> = all.iter().rev().filter(fits).map(|event| event.number).collect();
            for limit in [3, 1000] {
                assert_eq!(paged(&operator, &filter, limit).await, expected, "{filter:?}");
            }
        }
    }
}
