"""Record a melody before I forget it: start recording at once, let me stop with a tap, name it by my title and the date, and file it under Songs without asking."""
recording = is_workflow_actions_recordaudio(WFRecordingStart="Immediately")
title = input("Working title")
day = is_workflow_actions_format_date(WFDate=current_date(), WFDateFormatStyle="Custom", WFDateFormat="yyyy-MM-dd")
idea = is_workflow_actions_setitemname(WFInput=recording, WFName=f"{day} {title}")
is_workflow_actions_documentpicker_save(WFInput=idea, WFAskWhereToSave=False, WFFileDestinationPath="Songs/")
