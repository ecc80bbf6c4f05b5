"""Track the book I'm reading. I keep a file Books/current.json with title, pages and page. Read it (if it isn't there ask me for title and page count and start at page 0), then offer to log pages, see a forecast or finish. Logging asks for the page I'm on, refuses a number above the total, otherwise saves it back and tells the percentage done, rounded. The forecast asks how many pages I read a day and shows the date I'll be done. Finishing appends the title with today's date to Books/finished.txt, deletes the file and congratulates me."""
file = is_workflow_actions_documentpicker_open(WFGetFilePath="Books/current.json", WFFileErrorIfNotFound=False)
if file:
    saved = is_workflow_actions_detect_dictionary(WFInput=file)
    If_Result = saved
else:
    name = input("Title?")
    total = ask("How many pages?", type="Number")
    fresh = {"title": name, "pages": total, "page": 0}
    If_Result = fresh
Book = If_Result
title = Book["title"]
pages = Book["pages"]
page = Book["page"]
match menu(f"{title}, page {page}", ["Log pages", "Forecast", "Finished"]):
    case "Log pages":
        now = ask("Which page are you on?", type="Number")
        if now > pages:
            is_workflow_actions_alert(WFAlertActionMessage=f"It has only {pages} pages")
        else:
            updated = is_workflow_actions_setvalueforkey(WFDictionary=Book, WFDictionaryKey="page", WFDictionaryValue=now)
            is_workflow_actions_documentpicker_save(WFInput=updated, WFAskWhereToSave=False, WFFileDestinationPath="Books/current.json", WFSaveFileOverwrite=True)
            percent = is_workflow_actions_calculateexpression(Input=f"{now} / {pages} * 100")
            rounded = is_workflow_actions_round(WFInput=percent)
            is_workflow_actions_notification(WFNotificationActionTitle=title, WFNotificationActionBody=f"{rounded}% done")
    case "Forecast":
        pace = ask("Pages a day?", type="Number", default=20)
        left = is_workflow_actions_math(WFInput=pages, WFMathOperation="-", WFMathOperand=page)
        quotient = is_workflow_actions_math(WFInput=left, WFMathOperation="÷", WFMathOperand=pace)
        days = is_workflow_actions_round(WFInput=quotient, WFRoundMode="Always Round Up")
        end = is_workflow_actions_adjustdate(WFDate=current_date(), WFDuration=quantity(days, "days"))
        date = is_workflow_actions_format_date(WFDate=end, WFDateFormatStyle="Long", WFTimeFormatStyle="None")
        is_workflow_actions_showresult(Text=f"Done on {date}")
    case "Finished":
        is_workflow_actions_file_append(WFFilePath="Books/finished.txt", WFInput=f"{title}, {current_date()}")
        is_workflow_actions_file_delete(WFInput=file, WFDeleteImmediatelyDelete=True)
        is_workflow_actions_speaktext(WFText=f"Congratulations on finishing {title}!")
