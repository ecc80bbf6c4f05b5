"""What shall I read next? Get the list "shelf" from Data Jar, pick one title at random and show it. If I don't like it, search the web for similar books with DuckDuckGo."""
shelf = dk_simonbs_DataJar_GetValueIntent(keyPath="shelf")
title = is_workflow_actions_getitemfromlist(WFInput=shelf, WFItemSpecifier="Random Item")
match menu(f"Read {title}?", ["Yes", "No"]):
    case "Yes":
        is_workflow_actions_notification(WFNotificationActionBody=f"Enjoy {title}!")
    case "No":
        is_workflow_actions_searchweb(WFInputText=f"books like {title}", WFSearchWebDestination="DuckDuckGo")
