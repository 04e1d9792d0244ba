package dev.faas.dispatcher.job;

import dev.faas.dispatcher.job.ClaimedJob.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of a page.
 *
 * @param done what was submitted instead, by the id of the item
 * @param failed ids of items
 * @param later what stays in the page, for this time
 */
record Settled(Map<String, String> done, List<String> failed, List<Item> later, Duration pause) {
    static Settled of(ClaimedJob job, Map<Item, Outcome> outcomes) {
        var done = new TreeMap<String, String>();
        var failed = new ArrayList<String>();
        var later = new ArrayList<Item>();
        var longest = Duration.ZERO;
        for (var each : outcomes.entrySet()) {
            var item = each.getKey();
            switch (each.getValue()) {
                case Outcome.Done(var activation) -> done.put(item.id(), activation);
                case Outcome.Failed it -> failed.add(item.id());
                case Outcome.Later(var pause) -> {
                    if (job.isHurried()) {
                        failed.add(item.id());
                    } else {
                        later.add(item);
                        longest = pause.compareTo(longest) > 0 ? pause : longest;
                    }
                }
            }
        }
        later.sort(Comparator.comparing(Item::id));
        return new Settled(done, failed, later, longest);
    }
}
