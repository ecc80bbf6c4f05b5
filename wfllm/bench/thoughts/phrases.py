"""Phrases for the commonest APIs, with the parameters that matter named in them.

Each API has variants; the first words are a verb in the third person. A variant serves a call that gives
all the parameters it names. APIs without phrases are described by the catalogue's description.
"""

from __future__ import annotations

_BASE = "is.workflow.actions."

PHRASES: dict[str, tuple[str, ...]] = {
    f"{_BASE}{name}": variants
    for name, variants in {
        "showresult": ("Shows {Text}", "Puts {Text} on the screen"),
        "speaktext": ("Says {WFText}", "Reads {WFText} aloud"),
        "notification": (
            "Notifies about {WFNotificationActionTitle}: {WFNotificationActionBody}",
            "Shows a notification: {WFNotificationActionBody}",
            "Sends the notification {WFNotificationActionBody}",
        ),
        "alert": (
            "Warns under {WFAlertActionTitle}: {WFAlertActionMessage}",
            "Shows the alert {WFAlertActionMessage}",
            "Shows the alert {WFAlertActionTitle}",
        ),
        "setclipboard": ("Copies {WFInput} to the clipboard", "Puts {WFInput} on the clipboard"),
        "math": (
            "Takes {WFInput} to the operation {WFScientificMathOperation}",
            "Calculates {WFInput} {WFMathOperation} {WFMathOperand}",
            "Works out {WFInput} {WFMathOperation} {WFMathOperand}",
            "Adds {WFMathOperand} to {WFInput}",
        ),
        "calculateexpression": ("Works out the formula {Input}", "Calculates {Input}"),
        "statistics": (
            "Computes the {WFStatisticsOperation} of {Input}",
            "Finds the {WFStatisticsOperation} of {Input}",
            "Averages {Input}",
        ),
        "round": (
            "Rounds {WFInput} to {WFRoundTo}",
            "Rounds {WFInput} ({WFRoundMode})",
            "Rounds {WFInput} to a whole number",
        ),
        "count": ("Counts the {WFCountType} of {Input}", "Counts the items of {Input}"),
        "number.random": ("Draws a number from {WFRandomNumberMinimum} to {WFRandomNumberMaximum}",),
        "text.split": (
            "Splits {text} at {WFTextCustomSeparator}",
            "Splits {text} by {WFTextSeparator}",
            "Splits {text} into lines",
        ),
        "text.combine": (
            "Joins {text} with {WFTextCustomSeparator}",
            "Joins {text} by {WFTextSeparator}",
            "Joins {text} line by line",
        ),
        "text.replace": (
            "Replaces {WFReplaceTextFind} with {WFReplaceTextReplace} in {WFInput}",
            "Swaps {WFReplaceTextFind} for {WFReplaceTextReplace} in {WFInput}",
            "Removes {WFReplaceTextFind} from {WFInput}",
        ),
        "text.match": ("Finds {WFMatchTextPattern} in {text}",),
        "text.changecase": ("Changes {text} to {WFCaseType}", "Writes {text} in capitals"),
        "getitemfromlist": (
            "Takes item {WFItemIndex} of {WFInput}",
            "Takes the {WFItemSpecifier} of {WFInput}",
            "Takes the first of {WFInput}",
        ),
        "choosefromlist": (
            "Asks {WFChooseFromListActionPrompt} and offers {WFInput}",
            "Lets the person choose from {WFInput}",
        ),
        "setvalueforkey": (
            "Sets {WFDictionaryKey} to {WFDictionaryValue} in {WFDictionary}",
            "Keeps {WFDictionaryValue} under {WFDictionaryKey} in {WFDictionary}",
        ),
        "downloadurl": (
            "Sends a {WFHTTPMethod} request to {WFURL}",
            "Fetches {WFURL}",
            "Gets what {WFURL} answers",
        ),
        "openurl": ("Opens {WFInput}",),
        "format.date": (
            "Writes {WFDate} as {WFDateFormat}",
            "Writes {WFDate} as a date, style {WFDateFormatStyle}",
            "Writes {WFDate} as text",
        ),
        "adjustdate": (
            "Moves {WFDate} back by {WFDuration}",
            "Moves {WFDate} on by {WFDuration}",
            "Adjusts {WFDate}: {WFAdjustOperation}",
        ),
        "gettimebetweendates": (
            "Measures {WFTimeUntilUnit} from {WFTimeUntilFromDate} to {WFInput}",
            "Measures the time from {WFTimeUntilFromDate} to {WFInput}",
            "Measures the time to {WFInput}",
        ),
        "delay": ("Waits {WFDelayTime} seconds", "Waits a second"),
        "addnewreminder": (
            "Reminds of {WFCalendarItemTitle} at {WFAlertCustomTime}",
            "Adds the reminder {WFCalendarItemTitle}",
        ),
        "addnewevent": (
            "Adds the event {WFCalendarItemTitle} at {WFCalendarItemStartDate}",
            "Adds the event {WFCalendarItemTitle}",
        ),
        "sendmessage": (
            "Messages {WFSendMessageActionRecipients}: {WFSendMessageContent}",
            "Sends {WFSendMessageContent} to {WFSendMessageActionRecipients}",
        ),
        "file.append": ("Adds {WFInput} to the file {WFFilePath}", "Notes {WFInput} in {WFFilePath}"),
        "documentpicker.save": ("Saves {WFInput} as {WFFileDestinationPath}", "Saves {WFInput} as a file"),
        "documentpicker.open": ("Opens the file {WFGetFilePath}", "Gets {WFGetFilePath} from the folder"),
        "setitemname": ("Names {WFInput} {WFName}",),
        "detect.dictionary": ("Reads {WFInput} as a dictionary",),
        "urlencode": ("Decodes {WFInput} from a web address", "Escapes {WFInput} for a web address"),
        "properties.weather.conditions": ("Reads the {WFContentItemPropertyName} of {WFInput}",),
        "properties.calendarevents": ("Reads the {WFContentItemPropertyName} of {WFInput}",),
        "properties.images": ("Reads the {WFContentItemPropertyName} of {WFInput}",),
        "properties.files": ("Reads the {WFContentItemPropertyName} of {WFInput}",),
        "properties.appstore": ("Reads the {WFContentItemPropertyName} of {WFInput}",),
        "getdirections": ("Opens directions to {WFDestination}",),
        "gettraveltime": ("Estimates the trip to {WFDestination}",),
        "searchweb": ("Searches {WFSearchWebDestination} for {WFInputText}", "Searches for {WFInputText}"),
        "setvolume": ("Sets the volume to {WFVolume}",),
        "setbrightness": ("Sets the brightness to {WFBrightness}",),
        "health.quantity.log": ("Logs {WFQuantitySampleQuantity} of {WFQuantitySampleType}",),
        "date": ("Takes the date {WFDateActionDate}", "Takes the time now"),
        "detect.number": ("Picks the numbers out of {WFInput}",),
        "detect.date": ("Picks the dates out of {WFInput}",),
        "detect.link": ("Picks the links out of {WFInput}",),
        "detect.text": ("Reads {WFInput} as text",),
        "text.translate": ("Translates {WFInputText} into {WFSelectedLanguage}", "Translates {WFInputText}"),
        "getupcomingevents": (
            "Gets {WFDateSpecifier}'s next {WFGetUpcomingItemCount} events",
            "Gets the next {WFGetUpcomingItemCount} events",
        ),
        "weather.forecast": (
            "Gets the {WFWeatherForecastType} forecast for {WFWeatherCustomLocation}",
            "Gets the {WFWeatherForecastType} forecast",
            "Gets the daily forecast",
        ),
        "getbatterylevel": ("Reads from the battery: {Subject}", "Reads how full the battery is"),
        "getdevicedetails": ("Reads the device's {WFDeviceDetail}",),
        "pausemusic": ("Pauses the music", "Plays the music", "Pauses the music or plays on"),
        "playmusic": ("Plays {WFMediaItems}",),
        "get.playlist": ("Gets the songs of {WFPlaylistName}",),
        "appearance": ("Switches the screen to {style}",),
        "dnd.set": (
            "Turns Do Not Disturb on until {Time}",
            "Turns Do Not Disturb on",
            "Turns Do Not Disturb off",
        ),
        "lowpowermode.set": ("Turns Low Power Mode on", "Turns Low Power Mode off"),
        "wifi.set": ("Turns Wi-Fi on", "Turns Wi-Fi off"),
        "bluetooth.set": ("Turns Bluetooth on", "Turns Bluetooth off"),
        "dictatetext": ("Listens and writes down what is said",),
    }.items()
}

NEEDS: dict[str, tuple[str, object]] = {
    # variants that hold only where a parameter has one value
    "Moves {WFDate} back by {WFDuration}": ("WFAdjustOperation", "Subtract"),
    "Moves {WFDate} on by {WFDuration}": ("WFAdjustOperation", None),
    "Adds {WFMathOperand} to {WFInput}": ("WFMathOperation", None),
    "Averages {Input}": ("WFStatisticsOperation", None),
    "Rounds {WFInput} to a whole number": ("WFRoundTo", None),
    "Counts the items of {Input}": ("WFCountType", None),
    "Splits {text} into lines": ("WFTextSeparator", None),
    "Joins {text} line by line": ("WFTextSeparator", None),
    "Takes the first of {WFInput}": ("WFItemSpecifier", None),
    "Removes {WFReplaceTextFind} from {WFInput}": ("WFReplaceTextReplace", ""),
    "Writes {text} in capitals": ("WFCaseType", None),
    "Decodes {WFInput} from a web address": ("WFEncodeMode", "Decode"),
    "Escapes {WFInput} for a web address": ("WFEncodeMode", None),
    "Fetches {WFURL}": ("WFHTTPMethod", None),
    "Gets what {WFURL} answers": ("WFHTTPMethod", None),
    "Takes the time now": ("WFDateActionDate", None),
    "Gets the daily forecast": ("WFWeatherForecastType", None),
    "Reads how full the battery is": ("Subject", None),
    "Pauses the music": ("WFPlayPauseBehavior", "Pause"),
    "Plays the music": ("WFPlayPauseBehavior", "Play"),
    "Pauses the music or plays on": ("WFPlayPauseBehavior", None),
    "Turns Do Not Disturb on until {Time}": ("Enabled", True),
    "Turns Do Not Disturb on": ("Enabled", True),
    "Turns Do Not Disturb off": ("Enabled", False),
    "Turns Low Power Mode on": ("OnValue", True),
    "Turns Low Power Mode off": ("OnValue", False),
    "Turns Wi-Fi on": ("OnValue", True),
    "Turns Wi-Fi off": ("OnValue", False),
    "Turns Bluetooth on": ("OnValue", True),
    "Turns Bluetooth off": ("OnValue", False),
    "Measures the time from {WFTimeUntilFromDate} to {WFInput}": ("WFTimeUntilUnit", None),
}
"""Variant → parameter and the literal it must have (None: left away)."""
