"""One run of the contest: texts, calendar, categories with limits, groups."""
