"""Write a report on my phone in Markdown: name, model, system version, screen size in pixels, brightness, battery with a hint whether it is charging, Wi-Fi name, and both my addresses (local and external). When the network cannot be found write offline instead and leave out the addresses. Show it as a formatted page, and let me copy it, mail it or save it to the folder Reports."""
name = device_details("Device Name")
model = is_workflow_actions_getdevicedetails(WFDeviceDetail="Device Model")
version = is_workflow_actions_getdevicedetails(WFDeviceDetail="System Version")
width = is_workflow_actions_getdevicedetails(WFDeviceDetail="Screen Width")
height = is_workflow_actions_getdevicedetails(WFDeviceDetail="Screen Height")
light = is_workflow_actions_getdevicedetails(WFDeviceDetail="Current Brightness")
level = is_workflow_actions_getbatterylevel()
charging = is_workflow_actions_getbatterylevel(Subject="Is Charging")
if charging == 1:
    yes = "charging"
    State = yes
else:
    no = "on battery"
    State = no
wifi = is_workflow_actions_getwifi()
if wifi:
    local = is_workflow_actions_getipaddress(WFIPAddressSourceOption="Local")
    external = is_workflow_actions_getipaddress()
    online = f"- Wi-Fi: {wifi}\n- Local: {local}\n- External: {external}"
    Network = online
else:
    offline = "- Wi-Fi: offline"
    Network = offline
report = f"# {name}\n- Model: {model}\n- System: {version}\n- Screen: {width} x {height}\n- Brightness: {light}\n- Battery: {level} % {State}\n{Network}"
page = is_workflow_actions_getrichtextfrommarkdown(WFInput=report)
is_workflow_actions_previewdocument(WFInput=page)
match menu("Report", ["Copy", "Mail", "Save"]):
    case "Copy":
        is_workflow_actions_setclipboard(WFInput=report)
    case "Mail":
        is_workflow_actions_sendemail(WFSendEmailActionSubject=f"Report on {name}", WFSendEmailActionInputAttachments=page)
    case "Save":
        is_workflow_actions_file_createfolder(WFFilePath="Reports")
        is_workflow_actions_documentpicker_save(WFInput=report, WFAskWhereToSave=False, WFFileDestinationPath="Reports/device.md", WFSaveFileOverwrite=True)
        is_workflow_actions_notification(WFNotificationActionBody="Report saved")
