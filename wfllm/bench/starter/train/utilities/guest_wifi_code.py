"""Make a QR code guests can scan to join the Wi-Fi I am on: ask only for the password, take the network name from the phone, use WPA for names beginning with Guest and SAE for the others, and show the code full screen."""
network = is_workflow_actions_getwifi()
password = input("Wi-Fi password")
if network.startswith("Guest"):
    security = "WPA"
    Kind = security
else:
    security_2 = "SAE"
    Kind = security_2
code = is_workflow_actions_generatebarcode(WFText=f"WIFI:T:{Kind};S:{network};P:{password};;")
is_workflow_actions_previewdocument(WFInput=code, WFQuickLookActionFullScreen=True)
