using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>A node of the file that stays, while what it holds is brought in line with what is left around it.</summary>
/// <param name="piece">The node, and what each part of it takes and gives.</param>
/// <param name="plan">What of the file is left.</param>
/// <param name="constants">Makes constants with fewer elements.</param>
/// <param name="chains">Constants that change with the shapes around them.</param>
internal sealed class OnnxSite(OnnxPiece piece, OnnxPlan plan, OnnxConstants constants, OnnxChains chains)
{
    private readonly HashSet<int> settled = [];

    /// <summary>The node as it was.</summary>
    public OnnxNode Node => piece.Node;

    /// <summary>The node as it will be.</summary>
    public NodeProto Stored { get; } = piece.Node.Stored.Clone();

    /// <summary>Version of the standard operators.</summary>
    public long Opset => plan.Subject.Opset;

    /// <summary>The file.</summary>
    public OnnxSubject Subject => plan.Subject;

    /// <summary>What it became in the network's graph.</summary>
    public IReadOnlyList<OnnxEditedStep> Steps => piece.Steps;

    /// <summary>The size of a batch that is fixed; 0 for none.</summary>
    public int Batch => plan.Subject.Read.Batch;

    /// <summary>Whether a constant that it takes would be computed otherwise.</summary>
    public bool TakesMoved => Node.Inputs.Any(chains.Moves);

    /// <summary>The part of it that is an operator of some kind; null for none.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    public OnnxEditedStep? Step<T>()
        where T : Operator => piece.Steps.FirstOrDefault(static s => s.Before is T);

    /// <summary>Whether an input is a constant.</summary>
    /// <param name="index">0-based.</param>
    public bool IsConstant(int index) => Node.HasInput(index) && Subject.Constant(Node.Inputs[index]) is not null;

    /// <summary>A constant that it takes.</summary>
    /// <param name="index">0-based.</param>
    public OnnxTensor? Constant(int index) => Node.HasInput(index) ? Subject.Constant(Node.Inputs[index]) : null;

    /// <summary>The shape of an input before; null where it is not known.</summary>
    /// <param name="index">0-based.</param>
    public int[]? InputBefore(int index) => Subject.Find(Node.Inputs[index])?.Shape;

    /// <summary>The shape of an input afterwards.</summary>
    /// <param name="index">0-based.</param>
    public int[]? InputAfter(int index)
    {
        OnnxValue? value = Subject.Find(Node.Inputs[index]);
        if (value is not { Number: >= 0, Shape: { } shape } || !piece.Taken.TryGetValue(value.Number, out int now))
            return plan.ShapeAfter(Node.Inputs[index]);
        return [.. shape.Take(OnnxShapes.Lead(shape)), .. plan.Edit.Edited.ShapeOf(now)];
    }

    /// <summary>The shape of an output before; null where it is not known.</summary>
    /// <param name="index">0-based.</param>
    public int[]? OutputBefore(int index) => Subject.Find(Node.Outputs[index])?.Shape;

    /// <summary>The shape of an output afterwards; null where nothing of it is left.</summary>
    /// <param name="index">0-based.</param>
    public int[]? OutputAfter(int index) => plan.ShapeAfter(Node.Outputs[index]);

    /// <summary>What is left of an output, along an axis of the file.</summary>
    /// <param name="index">0-based.</param>
    public AxisSelection? Given(int index = 0) => plan.SelectionOf(Node.Outputs[index]);

    /// <summary>The integers of a constant that it takes, afterwards; null where they cannot be told.</summary>
    /// <param name="index">0-based.</param>
    public long[]? ConstantAfter(int index) => chains.After(Node.Inputs[index]) is { IsFloat: false } now ? now.Integers : null;

    /// <summary>Leaves a constant as it will be.</summary>
    /// <param name="index">Its place among the inputs.</param>
    public void Leave(int index) => settled.Add(index);

    /// <summary>Keeps some of a constant that it takes.</summary>
    /// <param name="index">The constant's place among the inputs.</param>
    /// <param name="slices">The kept indices of axes; null for one of which all is kept.</param>
    public void Slice(int index, params IEnumerable<AxisSelection?> slices)
    {
        AxisSelection[] real = [.. slices.OfType<AxisSelection>()];
        if (real.Length == 0)
            return;
        Stored.Input[index] = constants.Slice(Node.Inputs[index], real);
        settled.Add(index);
    }

    /// <summary>Sees to it that a constant holds some integers.</summary>
    /// <param name="index">The constant's place among the inputs.</param>
    /// <param name="values">The integers, as a vector.</param>
    public void Set(int index, long[] values) => Set(index, [values.Length], values);

    /// <summary>Sees to it that a constant holds some integers.</summary>
    /// <param name="index">The constant's place among the inputs.</param>
    /// <param name="shape">Dimensions.</param>
    /// <param name="values">The integers.</param>
    public void Set(int index, int[] shape, long[] values)
    {
        settled.Add(index);
        string name = Node.Inputs[index];
        if (chains.After(name) is not { IsFloat: false } now || !now.Integers.AsSpan().SequenceEqual(values))
            Stored.Input[index] = constants.Integers(name, shape, values);
    }

    /// <summary>Sets an attribute.</summary>
    /// <param name="attribute">The attribute.</param>
    public void Set(AttributeProto attribute)
    {
        AttributeProto? old = Stored.Attribute.FirstOrDefault(a => a.Name == attribute.Name);
        if (old is null)
            Stored.Attribute.Add(attribute);
        else
            Stored.Attribute[Stored.Attribute.IndexOf(old)] = attribute;
    }

    /// <summary>
    /// Takes over the values that it takes now, under names and in shapes that fit, and keeps constants from changing that nobody has seen
    /// to.
    /// </summary>
    /// <returns>Whether that was possible.</returns>
    public bool TryConnect()
    {
        for (int i = 0; i < Node.Inputs.Count; i++)
        {
            if (Node.HasInput(i) && !settled.Contains(i) && !TryConnect(i))
                return false;
        }

        return true;
    }

    private bool TryConnect(int index)
    {
        string name = Node.Inputs[index];
        if (chains.Moves(name))
        {
            // What depends on the batch must not be fixed for nodes whose meaning is not known.
            bool isKnown = Steps.All(static s => s.Before is not OpaqueOperator);
            bool stays = chains.After(name) is { } now && IsSame(now, Subject.Constant(name)!);
            if (!stays && isKnown)
                Stored.Input[index] = constants.Frozen(name);
            return stays || isKnown;
        }

        if (Subject.Find(name) is not { Number: >= 0 and var number } value)
            return true;
        int wanted = piece.Taken.GetValueOrDefault(number, plan.Image(number));
        if (wanted < 0)
            return false;
        if (plan.Image(number) == wanted && !plan.IsMoved(name))
            return true;
        int[]? shape = InputAfter(index);
        OnnxNamed? fitting = plan.NamesOf(wanted).FirstOrDefault(
            n => shape is not null && n.Shape is not null && n.Shape.AsSpan().SequenceEqual(shape));
        if (fitting is null || value.Shape is null)
            return false;
        Stored.Input[index] = fitting.Name;
        return true;
    }

    private static bool IsSame(OnnxTensor a, OnnxTensor b) => a.IsFloat == b.IsFloat && a.Shape.AsSpan().SequenceEqual(b.Shape)
        && (a.IsFloat ? a.Floats.AsSpan().SequenceEqual(b.Floats) : a.Integers.AsSpan().SequenceEqual(b.Integers));
}
