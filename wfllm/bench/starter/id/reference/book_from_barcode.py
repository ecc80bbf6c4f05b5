"""Scan the barcode on the back of a book, look the ISBN up at openlibrary.org/isbn/<number>.json and show me the title and the publishing date."""
isbn = is_workflow_actions_scanbarcode()
book = is_workflow_actions_downloadurl(WFURL=f"https://openlibrary.org/isbn/{isbn}.json")
title = book["title"]
published = book["publish_date"]
is_workflow_actions_showresult(Text=f"{title} ({published})")
