"""The manners of every page: forms, errors, headers, languages, dates, lists. Knows no feature.

Features hand in what only they know through `contest.web.context`; templates use the layouts and components.
"""
