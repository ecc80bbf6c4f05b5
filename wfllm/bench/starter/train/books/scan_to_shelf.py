"""Catalogue my bookshelf: scan the barcode on a book, look it up at https://openlibrary.org/isbn/<number>.json, and put its title at the end of the list "shelf" in Data Jar. If there is no title in the answer, warn me instead. Then ask whether to scan another one and if so start this shortcut, Scan Shelf, again."""
isbn = is_workflow_actions_scanbarcode()
record = is_workflow_actions_downloadurl(WFURL=f"https://openlibrary.org/isbn/{isbn}.json")
title = record["title"]
if title:
    dk_simonbs_DataJar_InsertValueInArrayIntent(keyPath="shelf", values=title, insertionPoint="end")
    number = dk_simonbs_DataJar_GetChildCountIntent(keyPath="shelf")
    is_workflow_actions_notification(WFNotificationActionTitle=title, WFNotificationActionBody=f"Book {number} on the shelf")
else:
    is_workflow_actions_alert(WFAlertActionMessage=f"No book found for {isbn}")
match menu("Another one?", ["Yes", "No"]):
    case "Yes":
        run_shortcut("Scan Shelf", isbn)
    case "No":
        dk_simonbs_DataJar_ViewValueIntent(keyPath="shelf")
