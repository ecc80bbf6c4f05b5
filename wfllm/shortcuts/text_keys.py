"""Parameters in which real files hold a reference as a text with one token in it, never as it is.

Measured over real shortcuts where they hold one; else by the class that Apple's own definition gives the
parameter (a text field or a date field; pickers and numbers take the reference as it is). A person or a model
that writes `WFURL=page` there means `WFURL=f"{page}"`.
"""

from __future__ import annotations

_P = "is.workflow.actions."
_BUILTIN = {
    "addnewevent": (
        "WFAlertCustomTime WFCalendarItemEndDate WFCalendarItemLocation WFCalendarItemNotes "
        "WFCalendarItemStartDate WFCalendarItemTitle"
    ),
    "addnewreminder": "WFAlertCustomTime WFCalendarItemNotes WFCalendarItemTitle WFURL",
    "adjustdate": "WFDate",
    "alarm.create": "WFLabel WFTime",
    "alert": "WFAlertActionMessage WFAlertActionTitle",
    "appendnote": "WFInput",
    "askllm": "WFLLMPrompt",
    "calculateexpression": "Input",
    "choosefromlist": "WFChooseFromListActionPrompt",
    "connecttoservers": "WFInput",
    "date": "WFDateActionDate",
    "detect.phonenumber": "WFInput",
    "detectlanguage": "WFInput",
    "dnd.set": "Time",
    "documentpicker.open": "WFGetFilePath",
    "documentpicker.save": "WFFileDestinationPath",
    "downloadurl": "WFURL",
    "encodemedia": "WFMetadataAlbum WFMetadataArtist WFMetadataGenre WFMetadataTitle WFMetadataYear",
    "evernote.append": "WFEvernoteNotesTitleSearch",
    "evernote.new": "WFEvernoteNoteTitle",
    "file.append": "WFFilePath WFInput",
    "file.createfolder": "WFFilePath",
    "format.date": "WFDate",
    "generatebarcode": "WFText",
    "getarticle": "WFWebPage",
    "getnameofemoji": "WFInput",
    "gettimebetweendates": "WFInput WFTimeUntilFromDate",
    "gettypeaction": "WFFileType",
    "getupcomingevents": "WFSpecifiedDate",
    "geturlcomponent": "WFURL",
    "getwebpagecontents": "WFInput",
    "giphy": "WFGiphyQuery",
    "health.quantity.log": "WFQuantitySampleDate",
    "health.workout.log": "WFWorkoutDate",
    "ifttt": "WFIFTTTExtraIngredient1 WFIFTTTExtraIngredient2 WFIFTTTExtraIngredient3",
    "imgur.upload": "WFImgurDescription WFImgurTitle",
    "instapaper.add": "WFInputURL",
    "makespokenaudiofromtext": "WFInput",
    "makezip": "WFZIPName",
    "notification": "WFNotificationActionBody WFNotificationActionTitle",
    "openapp": "WFAppName",
    "openin": "WFAppName",
    "openxcallbackurl": (
        "WFXCallbackCustomCancelKey WFXCallbackCustomErrorKey WFXCallbackCustomSuccessKey "
        "WFXCallbackCustomSuccessURL WFXCallbackURL"
    ),
    "output": "WFOutput WFResponse",
    "overlaytext": "WFText",
    "photos.createalbum": "AlbumName",
    "rss": "WFRSSFeedURL",
    "rss.extract": "WFURLs",
    "runjavascriptonwebpage": "WFJavaScript",
    "runshellscript": "Script",
    "runsshscript": "WFSSHHost WFSSHPassword WFSSHPort WFSSHScript WFSSHUser",
    "savefile": "Text",
    "searchappstore": "WFSearchTerm",
    "searchlocalbusinesses": "WFSearchQuery",
    "searchpodcasts": "WFSearchTerm",
    "searchweb": "WFInputText",
    "sendemail": "WFSendEmailActionFrom WFSendEmailActionInputAttachments WFSendEmailActionSubject",
    "sendmessage": "WFSendMessageContent",
    "setclipboard": "WFExpirationDate",
    "setitemname": "WFName",
    "setvalueforkey": "WFDictionaryKey WFDictionaryValue",
    "showdefinition": "Word",
    "showresult": "Text",
    "showwebpage": "WFURL",
    "speaktext": "WFText",
    "text.combine": "WFTextCustomSeparator",
    "text.match": "WFMatchTextPattern text",
    "text.replace": "WFInput WFReplaceTextFind WFReplaceTextReplace",
    "text.split": "WFTextCustomSeparator",
    "text.translate": "WFInputText",
    "text.trimwhitespace": "WFInput",
    "tumblr.post": "WFPostCaption WFPostDescription WFPostSource WFPostTags WFPostTitle",
    "tweet": "TweetInput",
    "url.expand": "URL",
    "url.getheaders": "WFInput",
    "wordpress.post": "Date Excerpt Slug Title",
}
_THIRD_PARTY = {
    "com.agiletortoise.Drafts5.CaptureIntent": "content",
    "com.agiletortoise.Drafts5.MarkdownToHTMLIntent": "content",
    "com.agiletortoise.Drafts5.SetDraftIntent": "content",
    "com.openai.chat.AskIntent": "prompt",
    "com.sindresorhus.Actions.CreateColorImageIntent": "color",
    "com.sindresorhus.Actions.GetTitleOfURLIntent": "url",
    "com.sindresorhus.Actions.RemoveEmptyLinesIntent": "text",
    "com.sindresorhus.Actions.TrimWhitespaceIntent": "text",
    "com.sindresorhus.Actions.TruncateTextIntent": "text",
    "dk.simonbs.DataJar.GetValueIntent": "keyPath",
    "dk.simonbs.DataJar.SetValueIntent": "keyPath",
    "org.joinmastodon.app.SendPostIntent": "content",
}
TEXT_KEYS: dict[str, frozenset[str]] = {
    **{f"{_P}{name}": frozenset(keys.split()) for name, keys in _BUILTIN.items()},
    **{name: frozenset(keys.split()) for name, keys in _THIRD_PARTY.items()},
}
"""Identifier → keys of its parameters that hold texts."""
