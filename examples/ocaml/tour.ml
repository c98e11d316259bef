(* SPDX-License-Identifier: LGPL-2.1-or-later
   A first tour of the API: connect, look around, define a guest, start it, follow its events, remove it.

   usage: tour [URI]     (test:///default when none is given: a make-believe host inside the library) *)
open Printf
module C = Libvirt.Connect
module D = Libvirt.Domain
module E = Libvirt.Event
module N = Libvirt.Network
module P = Libvirt.Pool

(* Events arrive while the event loop runs. *)
let arrived : E.Lifecycle.t list ref = ref []

let wait_for said wanted =
  while not (List.exists wanted !arrived) do
    E.run_default_impl ()
  done;
  arrived := [];
  printf "event: demo %s\n%!" said

let look_around conn =
  let state yes no active = if active then yes else no in
  D.get_domains conn [D.ListAll]
  |> List.iter (fun dom ->
         let info = D.get_info dom in
         printf "domain %s is %s\n" (D.get_name dom)
           (state "running" "shut off" (info.D.state <> D.InfoShutoff)));
  C.list_networks conn (C.num_of_networks conn)
  |> Array.iter (fun name -> printf "network %s is active\n" name);
  C.list_defined_networks conn (C.num_of_defined_networks conn)
  |> Array.iter (fun name -> printf "network %s is inactive\n" name);
  C.list_pools conn (C.num_of_pools conn)
  |> Array.iter (fun name ->
         let info = P.get_info (P.const (P.lookup_by_name conn name)) in
         printf "pool %s is %s\n" name (state "active" "inactive" (info.P.state = P.Running)))

(* The memory of a guest, from its XML; a real program uses an XML library (xml-light, xmlm). *)
let memory_of dom =
  let starts_with_memory line = String.starts_with ~prefix:"<memory " line in
  let lines = List.map String.trim (String.split_on_char '\n' (D.get_xml_desc dom)) in
  Scanf.sscanf (List.find starts_with_memory lines) "<memory unit='KiB'>%d<" (fun kib -> kib)

let () =
  let name = if Array.length Sys.argv > 1 then Sys.argv.(1) else "test:///default" in
  E.register_default_impl ();  (* before the connection is opened *)
  let conn = C.connect ~name () in
  let hypervisor = C.get_type conn in
  printf "connected to %s\n" hypervisor;
  look_around conn;

  let on_lifecycle dom event = if D.get_name dom = "demo" then arrived := event :: !arrived in
  let callback = E.register_any conn (E.Lifecycle on_lifecycle) in

  let kind = if String.lowercase_ascii hypervisor = "test" then "test" else "qemu" in
  let demo =
    D.define_xml conn
      (sprintf
         "<domain type='%s'><name>demo</name><memory unit='MiB'>128</memory>\
          <vcpu>1</vcpu><os><type>hvm</type></os></domain>" kind) in
  wait_for "defined" (function `Defined _ -> true | _ -> false);
  printf "demo has %d KiB\n" (memory_of demo);

  D.create demo;
  wait_for "started" (function `Started _ -> true | _ -> false);
  printf "demo is %s\n" (match (D.get_info demo).D.state with D.InfoRunning -> "running" | _ -> "not running");

  (* A call that fails raises Virterror; its code says which error it is. *)
  (try ignore (D.lookup_by_name conn "nosuch")
   with Libvirt.Virterror { Libvirt.Virterror.code = Libvirt.Virterror.VIR_ERR_NO_DOMAIN; _ } ->
     printf "no domain nosuch\n");

  D.destroy demo;  (* pulls the plug, and frees the handle; D.shutdown asks the guest to do it *)
  wait_for "stopped" (function `Stopped _ -> true | _ -> false);
  D.undefine (D.lookup_by_name conn "demo");
  wait_for "undefined" (function `Undefined _ -> true | _ -> false);
  E.deregister_any conn callback;
  C.close conn
