using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Writes an edited network as the file that it came from, with only what changed changed: nodes stay as they are with rows and columns of
/// their tensors gone, nodes that have other numbers or operands are written anew under their names, what nothing depends on any more is
/// left out, and all else (inputs, outputs, versions, metadata, untouched tensors) stays.
/// </summary>
internal sealed class OnnxSurgery
{
    private readonly OnnxPlan plan;
    private readonly OnnxCut cut;
    private readonly OnnxEmission emission;
    private readonly OnnxConstants constants;
    private readonly OnnxChains chains;
    private readonly HashSet<int> kept = [];

    private OnnxSurgery(OnnxSubject subject, GraphEdit edit)
    {
        plan = new(subject, edit);
        cut = OnnxEmission.Start(subject);
        emission = new(plan, cut);
        constants = new(subject, cut);
        chains = new(subject, plan.ShapeAfter);
    }

    /// <summary>The model of an edited network.</summary>
    /// <param name="source">The file that the network came from.</param>
    /// <param name="edit">The edit of its graph.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <exception cref="InvalidInputException">The file's version of the operators cannot express what is new.</exception>
    /// <exception cref="InvalidFileException">A data file is not there any more.</exception>
    public static ModelProto Model(OnnxSource source, GraphEdit edit, CancellationToken cancellation = default)
    {
        OnnxSubject subject = OnnxSubject.Of(source, cancellation);
        subject.Require(edit.Original);
        return Apply(subject, edit, cancellation).Model;
    }

    /// <summary>The model of an edited network, read again.</summary>
    /// <param name="subject">The file that the network came from.</param>
    /// <param name="edit">The edit of its graph.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <exception cref="InvalidInputException">The file's version of the operators cannot express what is new.</exception>
    public static OnnxSubject Apply(OnnxSubject subject, GraphEdit edit, CancellationToken cancellation = default)
    {
        var surgery = new OnnxSurgery(subject, edit);
        surgery.Write();
        ModelProto model = new OnnxAssembly(surgery.plan, surgery.cut).Model();
        OnnxSubject written = OnnxSubject.Of(model, subject.Fault.Path, cancellation);
        OnnxSurgeryCheck.Require(written, surgery.plan, surgery.kept);
        return written;
    }

    private void Write()
    {
        OnnxTrace trace = plan.Subject.Read.Trace!;
        for (int place = 0; place < trace.Nodes.Count; place++)
        {
            if (trace.Nodes[place] is var traced && traced.First == traced.End)
                WriteBeside(traced.Node, place);
        }

        ILookup<int, int> members = Enumerable.Range(0, plan.Edit.Edited.Values).Where(v => plan.IsLive[v] && plan.Pieces[v] >= 0)
            .ToLookup(v => plan.Pieces[v]);
        var pieces = new Dictionary<int, OnnxPiece?>();
        for (int v = plan.Edit.Edited.Inputs.Count; v < plan.Edit.Edited.Values; v++)
        {
            if (!plan.IsLive[v])
                continue;
            int place = plan.Pieces[v];
            if (place < 0)
            {
                bool isStored = plan.Edit.Origins[v] >= 0 && plan.NamesOf(v).Count > 0; // a tensor that no node gives
                if (!isStored)
                    emission.Write(v);
                continue;
            }

            if (!pieces.TryGetValue(place, out OnnxPiece? piece))
                pieces.Add(place, piece = plan.Keep(trace.Nodes[place], place, out _));
            if (piece is null)
                emission.Write(v);
            else if (v == members[place].Last() && !TryKeep(piece))
                members[place].ToList().ForEach(emission.Write);
        }

        WriteOutputs();
    }

    private bool TryKeep(OnnxPiece piece)
    {
        var site = new OnnxSite(piece, plan, constants, chains);
        if (!OnnxPatches.TryApply(site))
            return false;
        cut.Add(site.Stored, piece.Place);
        kept.Add(piece.Place);
        return true;
    }

    /// <summary>A node that became nothing in the network's graph: it gives a constant, or what it takes.</summary>
    private void WriteBeside(OnnxNode node, int place)
    {
        string[] given = [.. node.Outputs.Where(name => plan.Subject.Find(name) is { Number: >= 0 })];
        if (given.Length == 0)
        {
            cut.Add(node.Stored, place);
            return;
        }

        var present = new List<(string Name, int Value)>();
        foreach (string name in given)
        {
            if (plan.Image(plan.Subject.Find(name)!.Number) is >= 0 and var image && !plan.IsMoved(name))
                present.Add((name, image));
        }

        if (present.Count == 0)
            return;
        var site = new OnnxSite(new(node, place), plan, constants, chains);
        if (OnnxPatches.TryApply(site))
        {
            cut.Add(site.Stored, place);
            return;
        }

        foreach ((string name, int value) in present)
            emission.Give(value, plan.NamesOf(value).First(n => n.Name == name), node.Name, place);
    }

    /// <summary>Outputs that are other values than before.</summary>
    private void WriteOutputs()
    {
        for (int o = 0; o < plan.Edit.Edited.Outputs.Count; o++)
        {
            (string name, int value) = (plan.Edit.Edited.Outputs[o].Name, plan.Edit.Edited.Outputs[o].Value);
            if (!plan.IsMoved(name))
                continue;
            int[]? shape = plan.Subject.Read.Outputs[o].Shape;
            OnnxNamed? same = plan.NamesOf(value).FirstOrDefault(
                n => shape is not null && n.Shape is not null && n.Shape.AsSpan().SequenceEqual(shape) && plan.MayRename(n.Name));
            if (same is null || !cut.TryNameOutput(same.Name, name))
                emission.Give(value, new(name, shape), $"{name}.Identity", int.MaxValue);
        }
    }
}
