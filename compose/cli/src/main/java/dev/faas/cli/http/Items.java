package dev.faas.cli.http;

import dev.faas.cli.Doc;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The items of a list of the API; reads a page when it is needed. */
public final class Items implements Iterator<Doc> {
    private final Api api;
    private final String query;
    private Iterator<Doc> page = Collections.emptyIterator();
    /** What the next page needs; empty after the last one. */
    private Optional<String> next = Optional.of("");

    Items(Api api, String path, int pageSize) {
        this.api = api;
        this.query = path + (path.contains("?") ? "&" : "?") + "limit=" + pageSize;
    }

    boolean hasPages() {
        return next.isPresent();
    }

    List<Doc> nextPage() {
        var answer = api.get(query + next.orElseThrow());
        next = answer.find("next").map(cursor -> "&cursor=" + Request.encode(cursor));
        return answer.docs("items");
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && hasPages()) {
            page = nextPage().iterator();
        }
        return page.hasNext();
    }

    @Override
    public Doc next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.next();
    }
}
