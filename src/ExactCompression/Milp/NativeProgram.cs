using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>
/// The native solver with its objects: none of them may be touched once a solve was abandoned, or after the solver is freed.
/// </summary>
internal sealed class NativeProgram
{
    public NativeProgram(Solver solver)
    {
        Solver = solver;
        Objective = solver.Objective();
        Objective.SetMaximization();
    }

    public Solver Solver { get; }

    public Objective Objective { get; }

    public List<Variable> Variables { get; } = [];

    public List<Constraint> Rows { get; } = [];
}
