"""Search Open Library for a title I type. https://openlibrary.org/search.json?limit=8&q=... answers with "docs", a list of books that have a title and first_publish_year. Show the best match with its year; if the list is empty, search the web for the title instead."""
title = input("Title?")
query = is_workflow_actions_urlencode(WFInput=title)
results = is_workflow_actions_downloadurl(WFURL=f"https://openlibrary.org/search.json?limit=8&q={query}")
books = results["docs"]
if books:
    book = is_workflow_actions_getitemfromlist(WFInput=books)
    is_workflow_actions_showresult(Text=f"{book['title']} ({book['first_publish_year']})")
else:
    is_workflow_actions_searchweb(WFInputText=f"book {title}")
